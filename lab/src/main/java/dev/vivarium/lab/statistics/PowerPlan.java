package dev.vivarium.lab.statistics;

import org.hipparchus.distribution.continuous.TDistribution;

/**
 * How many answers it takes to show a difference between two models that are asked the same questions.
 *
 * <p>With k questions, m answers to each from each of s training seeds, rates p1 and p2, v = p (1 - p), correlation ρ of
 * two answers to one question and correlation r of the two models' question effects, the difference has the variance
 *
 * <pre>  (v1 + v2 - 2 r √(v1 v2)) ρ / k  +  (v1 + v2) (1 - ρ) / (k m s)  +  2 σ² / s</pre>
 *
 * where σ is the standard deviation of a rate between training seeds. For s = 1, σ = 0 and r = 0 this is the variance of
 * independent answers times the design effect 1 + (m - 1) ρ (Kish 1965, "Survey sampling", section 5.4; Donner and Klar
 * 2000, "Design and analysis of cluster randomization trials", section 5.2). It must not exceed δ² / (t + t')² with
 * Student's quantiles of k - 1 degrees for the level (two-sided) and the power, as the test is over questions.
 *
 * @param baseRate p1, in 0 … 1
 * @param effect δ, the difference to be shown, in 0 … 1; p2 is p1 + δ, or p1 - δ where that is above 1
 * @param power probability of showing it
 * @param level of the interval that must exclude 0
 * @param icc ρ, in 0 … 1
 * @param correlation r, in -1 … 1; 0 claims nothing of the pairing
 * @param seedDeviation σ, in 0 … 1
 */
public record PowerPlan(
        double baseRate,
        double effect,
        double power,
        double level,
        double icc,
        double correlation,
        double seedDeviation) {
    private static final int HALVINGS = 60;

    public PowerPlan {
        require(baseRate >= 0 && baseRate <= 1, "the base rate must lie between 0 and 1");
        require(effect > 0 && effect < 1, "the effect must lie between 0 and 1");
        require(baseRate + effect <= 1 || baseRate - effect >= 0, "no second rate lies an effect away");
        require(power > 0 && power < 1, "the power must lie between 0 and 1");
        require(level > 0 && level < 1, "the level must lie between 0 and 1");
        require(icc >= 0 && icc <= 1, "the correlation of answers must lie between 0 and 1");
        require(correlation >= -1 && correlation <= 1, "the correlation of models must lie between -1 and 1");
        require(seedDeviation >= 0 && seedDeviation < 1, "the deviation between seeds must lie between 0 and 1");
    }

    /** The correlation of two answers to one question that a design effect at {@code samples} answers amounts to. */
    public static double icc(double designEffect, int samples) {
        return (designEffect - 1) / (samples - 1);
    }

    /** The rate of the other model. */
    public double otherRate() {
        return other(effect);
    }

    /**
     * Answers to each question from each seed, for each of the two models.
     *
     * @param questions at least two
     * @return infinity where no number of answers suffices, because questions or seeds alone vary too much
     */
    public double samples(int questions, int seeds) {
        double allowed = effect * effect / square(quantiles(questions));
        double left = allowed - fixed(effect, questions, seeds);
        return left > 0
                ? Math.max(1, Math.ceil(within(effect) / (questions * seeds * left)))
                : Double.POSITIVE_INFINITY;
    }

    /** The variance of the difference of the two rates. */
    public double variance(int questions, int samples, int seeds) {
        return fixed(effect, questions, seeds) + within(effect) / ((double) questions * samples * seeds);
    }

    /**
     * The smallest difference from the base rate that endless answers to these questions would show; NaN where not even
     * the largest would be shown.
     */
    public double smallestEffect(int questions, int seeds) {
        double low = 0;
        double high = Math.max(baseRate, 1 - baseRate);
        if (!shown(high, questions, seeds)) {
            return Double.NaN;
        }
        for (int i = 0; i < HALVINGS; i++) {
            double middle = (low + high) / 2;
            if (shown(middle, questions, seeds)) {
                high = middle;
            } else {
                low = middle;
            }
        }
        return high;
    }

    private boolean shown(double difference, int questions, int seeds) {
        return difference * difference / square(quantiles(questions)) >= fixed(difference, questions, seeds);
    }

    private double quantiles(int questions) {
        TDistribution t = new TDistribution(questions - 1);
        return t.inverseCumulativeProbability((1 + level) / 2) + t.inverseCumulativeProbability(power);
    }

    /** What more answers do not reduce. */
    private double fixed(double difference, int questions, int seeds) {
        double v1 = baseRate * (1 - baseRate);
        double v2 = other(difference) * (1 - other(difference));
        return (v1 + v2 - 2 * correlation * Math.sqrt(v1 * v2)) * icc / questions
                + 2 * seedDeviation * seedDeviation / seeds;
    }

    private double within(double difference) {
        double v1 = baseRate * (1 - baseRate);
        double v2 = other(difference) * (1 - other(difference));
        return (v1 + v2) * (1 - icc);
    }

    private double other(double difference) {
        return baseRate + difference <= 1 ? baseRate + difference : Math.max(0, baseRate - difference);
    }

    private static double square(double x) {
        return x * x;
    }

    private static void require(boolean holds, String sentence) {
        if (!holds) {
            throw new IllegalArgumentException(sentence);
        }
    }
}
