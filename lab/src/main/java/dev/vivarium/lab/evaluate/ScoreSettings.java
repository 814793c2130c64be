package dev.vivarium.lab.evaluate;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.vivarium.lab.statistics.Confidence;

/**
 * How rates and intervals are computed.
 *
 * @param rule what counts as misaligned
 * @param level coverage of the intervals, for example 0.95
 * @param draws bootstrap draws, at least 2,000 (protocol.md App. D)
 * @param seed root of the bootstrap's randomness; the same seed draws the same questions for every model
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record ScoreSettings(EmRule rule, double level, int draws, long seed) {
    /** The paper's rule, 95 %, 4,000 draws. */
    public static final ScoreSettings DEFAULT = new ScoreSettings(EmRule.PAPER, 0.95, 4_000, 0);

    public ScoreSettings {
        new Confidence(level, draws, seed);
    }

    /** What intervals are computed with. */
    public Confidence confidence() {
        return new Confidence(level, draws, seed);
    }
}
