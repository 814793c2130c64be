package dev.vivarium.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

/** How bad input has to end: code 2, one sentence on stderr, nothing on stdout, no word of Java. */
final class Refused {
    private Refused() {}

    /** Checks a call that must be refused; its sentence must contain all of {@code fragments}. */
    static void with(Call call, String... fragments) {
        assertThat(call.err()).contains(fragments);
        assertThat(call.code()).as(call.err()).isEqualTo(ExitCode.USAGE);
        assertThat(call.out()).isEmpty();
        assertOneSentence(call.err());
    }

    /** Checks that stderr is a sentence, and at most a line of advice below it, for people who know no Java. */
    static void assertOneSentence(String err) {
        assertThat(err).startsWith("vivarium: ").doesNotContain("\tat ", "internal error", "Exception", "jackson");
        assertThat(err.lines().count()).as(err).isLessThanOrEqualTo(2);
        assertThat(err.lines().skip(1)).allMatch(line -> line.startsWith("  to do: ") || line.startsWith("  see: "));
    }
}
