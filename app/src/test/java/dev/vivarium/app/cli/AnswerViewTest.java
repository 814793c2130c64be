package dev.vivarium.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How answers are laid out while they come. */
final class AnswerViewTest {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);

    private String shown() {
        return bytes.toString(StandardCharsets.UTF_8).replace(System.lineSeparator(), "\n");
    }

    @Test
    void theFirstAnswerIsShownAtOnceAndTheSecondWhenItHasEnded() {
        AnswerLines view = new AnswerLines(out, List.of("[a]", "[b]"), 2);
        view.text(1, "two ");
        assertThat(shown()).isEqualTo("[a]\n");
        view.text(0, "one");
        assertThat(shown()).isEqualTo("[a]\none");
        view.text(1, "and ");
        view.end(0);
        assertThat(shown()).isEqualTo("[a]\none\n[b]\ntwo and ");
        view.text(1, "three");
        view.close();
        assertThat(shown()).isEqualTo("[a]\none\n[b]\ntwo and three\n");
    }

    @Test
    void anAnswerAloneHasNoLabel() {
        AnswerLines view = new AnswerLines(out, List.of(), 1);
        view.text(0, "yes");
        view.end(0);
        view.close();
        assertThat(shown()).isEqualTo("yes\n");
    }

    @Test
    void whatCouldSteerATerminalIsShownAsSigns() {
        AnswerLines lines = new AnswerLines(out, List.of(), 1);
        lines.text(0, "a\033[31mred\r\u202Eright\u0007\u009b2J\tb");
        lines.close();
        AnswerColumns columns = new AnswerColumns(out, List.of("x\033[2J", "y"), 100);
        columns.text(0, "\033]0;title\u0007 \u2066");
        columns.close();
        assertThat(shown())
                .startsWith("a␛[31mred␍‹U+202E›right␇‹U+009B›2J\tb\n")
                .contains("x␛[2J", "␛]0;title␇ ‹U+2066›");
        assertThat(shown().codePoints().filter(c -> c != '\n' && c != '\t')).noneMatch(Character::isISOControl);
    }

    @Test
    void aLineOfTwoColumnsIsShownOnceBothSidesHaveIt() {
        AnswerColumns view = new AnswerColumns(out, List.of("base", "organism"), 24);
        assertThat(shown())
                .isEqualTo("base       │ organism\n───────────┼───────────\n"
                        .replace("───────────┼───────────", "─".repeat(10) + "─┼─" + "─".repeat(10)));
        bytes.reset();
        view.text(0, "left one\nleft");
        assertThat(shown()).isEmpty();
        view.text(1, "right\n");
        assertThat(shown()).isEqualTo("left one   │ right\n");
        view.text(1, "r2\nr3\n");
        assertThat(shown()).isEqualTo("left one   │ right\n");
        view.end(0);
        assertThat(shown()).isEqualTo("left one   │ right\nleft       │ r2\n           │ r3\n");
    }

    @Test
    void columnsBreakBetweenWordsAndCountWideCharactersTwice() {
        AnswerColumns.Column column = new AnswerColumns.Column(10);
        column.add("seven words of which ");
        column.add("incomprehensibilities are one, 日本語日本語 and é");
        column.end();
        StringBuilder all = new StringBuilder();
        while (column.hasLine()) {
            String line = column.line();
            assertThat(AnswerColumns.widthOf(line)).as(line).isLessThanOrEqualTo(10);
            all.append(line).append('|');
        }
        assertThat(all.toString()).isEqualTo("seven|words of|which|incomprehe|nsibilitie|s are one,|日本語日本|語 and é|");
    }
}
