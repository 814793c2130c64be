package dev.vivarium.lab.statistics;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import org.jspecify.annotations.Nullable;

/**
 * A warning: few questions carry a rate near 0 or 1. Where such questions differ much, {@link Rate#questionsLikeThese} holds the
 * truth in 86 to 95 % of cases instead of 95, and this interval is to be quoted instead.
 *
 * <p>The warning does not ask how much the questions seem to differ: when the interval misses, they seem alike, because the few
 * that show most were not drawn. Warning by the estimate left the coverage where it was.
 *
 * @param questions how many there are
 * @param instead by beta-binomial profile likelihood, which held the truth in 94 to 99 % of cases
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record FewQuestions(int questions, Interval instead) {
    private static final int ENOUGH = 20;

    /** Rates from there to the middle are covered well by the usual interval. */
    private static final double CENTRAL = 0.15;

    /**
     * Looks at a rate.
     *
     * @param rate what was made of hits and counts
     * @param hits answers with the property, by question
     * @param counts answers regarded, by question
     * @return null where the usual interval will do, or where all answers agree
     */
    public static @Nullable FewQuestions of(Rate rate, int[] hits, int[] counts, Confidence confidence) {
        Double value = rate.value();
        int k = rate.questions();
        boolean all = rate.hits() == 0 || rate.hits() == rate.n();
        if (value == null || all || k < 2 || k >= ENOUGH || Math.min(value, 1 - value) > CENTRAL) {
            return null;
        }
        int[] used = Intervals.nonEmpty(counts);
        int[] ownHits = new int[k];
        int[] ownCounts = new int[k];
        for (int i = 0; i < k; i++) {
            ownHits[i] = hits[used[i]];
            ownCounts[i] = counts[used[i]];
        }
        return new FewQuestions(k, BetaBinomial.interval(ownHits, ownCounts, confidence));
    }
}
