package dev.vivarium.engine.base;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the fuzz tests share.
 *
 * <p>In a build they read their corpus, the folders {@code *FuzzTestInputs} beside the resources. To look for new inputs, one
 * target at a time: {@code JAZZER_FUZZ=1 mvn -pl engine test -Djazzer.hooks=true -Dtest='GgufFuzzTest#gguf'}; what is found is added to the
 * corpus.
 */
public final class Fuzzing {
    private static final int LONGEST_SENTENCE = 700;

    private Fuzzing() {}

    /** Something that reads a file and closes what it opened. */
    @FunctionalInterface
    public interface Reading {
        void read() throws Exception;
    }

    /** Whether the input is read; if not, it must be refused in one sentence. */
    public static boolean isRead(Reading reading) throws Exception {
        try {
            reading.read();
            return true;
        } catch (InputException e) {
            assertThat(e)
                    .message()
                    .isNotBlank()
                    .doesNotContain("\n", "\r", "\u001b")
                    .hasSizeLessThan(LONGEST_SENTENCE);
            return false;
        }
    }
}
