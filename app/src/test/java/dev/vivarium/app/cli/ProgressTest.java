package dev.vivarium.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class ProgressTest {
    private static final long SECOND = 1_000_000_000L;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final PrintStream err = new PrintStream(bytes, true, StandardCharsets.UTF_8);

    @Test
    void plainProgressPrintsAtMostOneLineInFiveSeconds() {
        AtomicLong clock = new AtomicLong();
        LineProgress progress = new LineProgress(err, clock::get);
        progress.begin("training", 100, "steps");
        for (int step = 1; step <= 12; step++) {
            clock.addAndGet(SECOND);
            progress.at(step, "loss 1.5");
        }
        progress.end("100 steps in 12 s");
        assertThat(text().lines())
                .containsExactly(
                        "training: 100 steps …",
                        "training: 5 / 100 steps, loss 1.5",
                        "training: 10 / 100 steps, loss 1.5",
                        "training: 100 steps in 12 s");
    }

    @Test
    void barShowsCountsTimeLeftAndTheRemarkOnOneLine() {
        AtomicLong clock = new AtomicLong();
        TerminalProgress progress = new TerminalProgress(err, 80, clock::get);
        progress.begin("sampling", 10, "answers");
        progress.at(0, "");
        clock.addAndGet(5 * SECOND);
        progress.at(5, "900 tokens/s");
        assertThat(text()).endsWith("\r\033[Ksampling ██████████░░░░░░░░░░ 5 / 10 answers, 0:05 left, 900 tokens/s");
    }

    @Test
    void barEndsWithItsSummaryOnALineOfItsOwn() {
        TerminalProgress progress = new TerminalProgress(err, 80, System::nanoTime);
        progress.begin("sampling", 10, "answers");
        progress.end("10 answers");
        assertThat(text()).endsWith("\r\033[Ksampling: 10 answers" + System.lineSeparator());
    }

    @Test
    void barNeverWrapsANarrowTerminal() {
        AtomicLong clock = new AtomicLong();
        TerminalProgress progress = new TerminalProgress(err, 24, clock::get);
        progress.begin("sampling", -1, "answers");
        clock.addAndGet(SECOND);
        progress.at(5, "a remark that is far too long for this terminal");
        for (String line : text().split("\r\033\\[K")) {
            assertThat(line.length()).isLessThan(24);
        }
    }

    @Test
    void ansiNeedsATerminalAndNoObjection() {
        assertThat(console(true, Map.of("TERM", "xterm")).allowsAnsi()).isTrue();
        assertThat(console(false, Map.of("TERM", "xterm")).allowsAnsi()).isFalse();
        assertThat(console(true, Map.of("TERM", "dumb")).allowsAnsi()).isFalse();
        assertThat(console(true, Map.of("NO_COLOR", "1")).allowsAnsi()).isFalse();
        assertThat(console(true, Map.of("NO_COLOR", "")).allowsAnsi()).isTrue();
    }

    private Console console(boolean terminal, Map<String, String> environment) {
        return new Console(
                java.io.InputStream.nullInputStream(),
                err,
                err,
                terminal,
                terminal,
                80,
                environment,
                java.nio.file.Path.of(".."));
    }

    private String text() {
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
