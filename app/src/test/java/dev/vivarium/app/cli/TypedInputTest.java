package dev.vivarium.app.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.junit.jupiter.api.Test;

/** What a person types, at a terminal that is not the machine's. */
final class TypedInputTest {
    private static Terminal terminal(String keys) throws IOException {
        return TerminalBuilder.builder()
                .system(false)
                .type("xterm")
                .encoding(StandardCharsets.UTF_8)
                .streams(new ByteArrayInputStream(keys.getBytes(StandardCharsets.UTF_8)), new ByteArrayOutputStream())
                .build();
    }

    @Test
    void linesCanBeEditedAndTheEndOfInputIsTheEnd() throws IOException {
        try (TypedInput input = new TypedInput(terminal("hello\rab\002x\rwhy!! \\n\r"), List.of("/help"))) {
            assertThat(input.next()).isEqualTo("hello");
            assertThat(input.next()).as("edited").isEqualTo("axb");
            assertThat(input.next()).as("as typed").isEqualTo("why!! \\n");
            assertThat(input.next()).isNull();
        }
    }

    @Test
    void interruptsDuringAnAnswerEndItAndTheSecondLeaves() throws IOException {
        Terminal terminal = terminal("question\rmore\r");
        try (TypedInput input = new TypedInput(terminal, List.of())) {
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

    @Test
    void anInterruptClearsALineAndLeavesFromAnEmptyOne() throws IOException {
        try (TypedInput input = new TypedInput(terminal("half\003whole\r\003"), List.of())) {
            assertThat(input.next()).isEqualTo("whole");
            assertThatThrownBy(input::next).isInstanceOf(Interruption.Stopped.class);
        }
    }
}
