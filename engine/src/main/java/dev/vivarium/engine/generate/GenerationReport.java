package dev.vivarium.engine.generate;

/**
 * What a call of {@link Generator#generate} did.
 *
 * @param answers completions handed out
 * @param promptTokens tokens prefilled, each prompt once
 * @param newTokens tokens drawn, ending tokens included
 * @param passes forward passes of the decode
 * @param seconds wall-clock time
 * @param deterministic whether answers were independent of the batch
 */
public record GenerationReport(
        int answers, long promptTokens, long newTokens, long passes, double seconds, boolean deterministic) {
    /** New tokens per second. */
    public double tokensPerSecond() {
        return seconds > 0 ? newTokens / seconds : 0;
    }
}
