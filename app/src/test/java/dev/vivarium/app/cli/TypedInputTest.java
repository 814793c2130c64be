package dev.vivarium.app.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Supplier;
import org.jline.reader.EndOfFileException;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.Terminal;
import org.jline.terminal.impl.LineDisciplineTerminal;
import org.junit.jupiter.api.Test;

/** What a person types and when Ctrl-C means what; the line reader is a script. */
final class TypedInputTest {
    private static Terminal terminal() throws IOException {
        return new LineDisciplineTerminal("test", "dumb", new ByteArrayOutputStream(), StandardCharsets.UTF_8);
    }

    /** Gives these lines, then the end; {@code ^C} behind a line is the key at its end. */
    private static Supplier<String> lines(String... lines) {
        Deque<String> left = new ArrayDeque<>(List.of(lines));
        return () -> {
            String line = left.poll();
            if (line == null) {
                throw new EndOfFileException();
            }
            if (line.endsWith("^C")) {
                throw new UserInterruptException(line.substring(0, line.length() - 2));
            }
            return line;
        };
    }

    @Test
    void theEndOfInputIsTheEnd() throws IOException {
        try (TypedInput input = new TypedInput(lines("hello", ""), terminal())) {
            assertThat(input.next()).isEqualTo("hello");
            assertThat(input.next()).isEmpty();
            assertThat(input.next()).isNull();
        }
    }

    @Test
    void anInterruptClearsALineAndTwoAtEmptyOnesLeave() throws IOException {
        try (TypedInput input =
                new TypedInput(lines("half^C", "^C", "whole", "^C", "half^C", "^C", "^C"), terminal())) {
            assertThat(input.next()).isEqualTo("whole");
            assertThatThrownBy(input::next).isInstanceOf(Interruption.Stopped.class);
        }
    }

    @Test
    void oneAtAnEmptyLineLeavesRightAfterAnAnswerThatWasBrokenOff() throws IOException {
        Terminal terminal = terminal();
        try (TypedInput input = new TypedInput(lines("question", "^C", "never read"), terminal)) {
            assertThat(input.next()).isEqualTo("question");
            input.answering();
            terminal.raise(Terminal.Signal.INT);
            assertThat(input.unwanted()).isTrue();
            assertThatThrownBy(input::next).isInstanceOf(Interruption.Stopped.class);
        }
    }

    @Test
    void interruptsDuringAnAnswerEndItAndTheSecondLeaves() throws IOException {
        Terminal terminal = terminal();
        try (TypedInput input = new TypedInput(lines("question", "more", "never read"), terminal)) {
            assertThat(input.next()).isEqualTo("question");
            input.answering();
            assertThat(input.unwanted()).isFalse();
            terminal.raise(Terminal.Signal.INT);
            assertThat(input.unwanted()).isTrue();
            assertThat(input.next()).as("one interrupt ends the answer alone").isEqualTo("more");
            input.answering();
            assertThat(input.unwanted()).isFalse();
            terminal.raise(Terminal.Signal.INT);
            terminal.raise(Terminal.Signal.INT);
            assertThat(input.unwanted()).isTrue();
            assertThatThrownBy(input::next).isInstanceOf(Interruption.Stopped.class);
        }
    }
}
