package dev.vivarium.lab.statistics;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import org.jspecify.annotations.Nullable;

/**
 * A warning: few questions that differ much carry a rate near 0 or 1. {@link Rate#questionsLikeThese} then holds the truth in
 * some 90 % of cases instead of 95 ({@code CoverageTest} has the figures), and this interval is to be quoted instead.
 *
 * @param questions how many there are
 * @param icc correlation of two answers to one question, as estimated
 * @param instead by beta-binomial profile likelihood, which held the truth in at least 94 % of cases and, at rates of 2 %
 *     and where questions do not differ, in up to 99
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record Uneven(int questions, double icc, Interval instead) {
    /** From so many questions on the usual interval covers what it says. */
    private static final int ENOUGH = 20;

    private static final double MUCH = 0.15;

    /** Rates from there to the middle are covered well whatever the icc. */
    private static final double CENTRAL = 0.15;

    /**
     * Looks at a rate.
     *
     * @param rate what was made of hits and counts
     * @param hits answers with the property, by question
     * @param counts answers regarded, by question
     * @return null where the usual interval will do
     */
    public static @Nullable Uneven of(Rate rate, int[] hits, int[] counts, Confidence confidence) {
        Double effect = rate.designEffect();
        Double value = rate.value();
        int k = rate.questions();
        if (effect == null || value == null || k >= ENOUGH || Math.min(value, 1 - value) > CENTRAL) {
            return null;
        }
        double each = rate.n() / (double) k;
        double icc = each <= 1 ? 0 : (effect * k / (k - 1) - 1) / (each - 1);
        if (icc < MUCH) {
            return null;
        }
        int[] used = Intervals.nonEmpty(counts);
        int[] ownHits = new int[k];
        int[] ownCounts = new int[k];
        for (int i = 0; i < k; i++) {
            ownHits[i] = hits[used[i]];
            ownCounts[i] = counts[used[i]];
        }
        return new Uneven(k, icc, BetaBinomial.interval(ownHits, ownCounts, confidence));
    }
}
