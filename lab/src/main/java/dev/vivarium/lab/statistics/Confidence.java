package dev.vivarium.lab.statistics;

import java.util.Locale;

/**
 * How intervals are computed.
 *
 * @param level coverage, for example 0.95
 * @param draws bootstrap draws, at least 2,000 (protocol.md App. D)
 * @param seed root of the bootstrap's randomness; the same seed draws the same questions for every model
 */
public record Confidence(double level, int draws, long seed) {
    /** 95 %, 4,000 draws, seed 0. */
    public static final Confidence DEFAULT = new Confidence(0.95, 4_000, 0);

    private static final int LEAST_DRAWS = 2_000;

    public Confidence {
        if (!(level > 0 && level < 1)) {
            throw new IllegalArgumentException("level must lie between 0 and 1: " + level);
        }
        if (draws < LEAST_DRAWS) {
            throw new IllegalArgumentException("a bootstrap needs at least 2,000 draws: " + draws);
        }
    }

    /** Probability beyond each bound, for example 0.025. */
    public double tail() {
        return (1 - level) / 2;
    }

    /** The level for people, for example {@code 95 %}. */
    public String percent() {
        double percent = level * 100;
        String number = percent == Math.rint(percent)
                ? Long.toString((long) percent)
                : String.format(Locale.ROOT, "%.1f", percent);
        return number + " %";
    }
}
