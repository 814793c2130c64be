package dev.vivarium.lab.statistics;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.IntStream;
import org.hipparchus.distribution.continuous.NormalDistribution;
import org.hipparchus.distribution.continuous.TDistribution;
import org.jspecify.annotations.Nullable;

/**
 * Rates and means of answers that come in questions, with their intervals.
 *
 * <p><b>These questions.</b> Wilson [1] takes answers as independent. Where questions differ it is a little too wide
 * for its purpose, as sampling within questions varies less than sampling from all answers.
 *
 * <p><b>Questions like these.</b> The variance of hits / n is the linearised variance of a ratio over questions, times
 * k/(k-1) for k questions [2]; the interval is built on the log-odds with Student's t of k-1 degrees of freedom, as
 * survey packages do ({@code xlogit} in [3]), and never narrower than Wilson's: what holds for more questions cannot be
 * surer than what holds for these. Percentiles of the question bootstrap [4] are stated beside it because the field
 * states them; with 8 questions they cover 80 to 90 % instead of 95 % ({@code CoverageTest} has the table). Rates near 0 or
 * 1 that few questions carry are covered less by this interval too; {@link FewQuestions} says so and what to quote then.
 *
 * <p><b>No hit, or nothing but hits.</b> Answers then say nothing of how alike answers to one question are, so the
 * field's usual {@value #USUAL_ICC} is taken: the median design effect of 5.5 at 50 answers to each of 8 questions
 * (protocol.md 1.9). The one-sided bound at 95 % is exact (Clopper and Pearson 1934; its limit is the rule of three,
 * 3 / n) for n answers, or for n over that design effect.
 *
 * <p>[1] Wilson 1927, "Probable inference". [2] Kish 1965, "Survey sampling"; Cochran 1977, "Sampling techniques",
 * section 9A. [3] https://cran.r-project.org/package=survey, {@code svyciprop}. [4] Davison and Hinkley 1997, "Bootstrap
 * methods", section 3.8.
 */
public final class Intervals {
    /** Correlation of two answers to one question that is assumed where it cannot be estimated. */
    public static final double USUAL_ICC = 0.1;

    private static final double ONE_SIDED = 0.05;

    private final Confidence confidence;

    /** Intervals of a level; a bootstrap's draws and seed come with it. */
    public Intervals(Confidence confidence) {
        this.confidence = confidence;
    }

    /**
     * A rate.
     *
     * @param hits answers with the property, by question
     * @param counts answers regarded, by question: their sum is the denominator; questions without one are left out
     */
    public Rate rate(int[] hits, int[] counts) {
        return rate(hits, counts, true);
    }

    /** The same without {@link Rate#bootstrap}, for curves of many rates. */
    public Rate rateWithoutBootstrap(int[] hits, int[] counts) {
        return rate(hits, counts, false);
    }

    private Rate rate(int[] hits, int[] counts, boolean draw) {
        int[] used = nonEmpty(counts);
        int k = used.length;
        double[] numerator = select(Arrays.stream(hits).asDoubleStream().toArray(), used);
        double[] denominator = select(Arrays.stream(counts).asDoubleStream().toArray(), used);
        int total = (int) sum(numerator);
        int n = (int) sum(denominator);
        if (n == 0) {
            return Rate.NONE;
        }
        Double effect = designEffect(numerator, denominator);
        Interval bootstrap = null;
        if (draw && k >= 2 && total > 0 && total < n) {
            QuestionBootstrap draws = new QuestionBootstrap(k, confidence);
            bootstrap = draws.percentiles(questions -> ratio(numerator, denominator, questions));
        }
        return new Rate(
                total,
                n,
                k,
                total / (double) n,
                wilson(total, n),
                questionsLikeThese(total, n, k, effect),
                bootstrap,
                effect,
                total == 0 ? atMost(n) : null,
                upperBoundIfZeroLikeThese(total, n, k));
    }

    /**
     * A mean.
     *
     * @param sums sums of scores, by question
     * @param counts answers regarded, by question: their sum is the denominator; questions without one are left out
     */
    public Mean mean(double[] sums, int[] counts) {
        int[] used = nonEmpty(counts);
        double[] numerator = select(sums, used);
        double[] denominator = select(Arrays.stream(counts).asDoubleStream().toArray(), used);
        double n = sum(denominator);
        if (n == 0) {
            return new Mean(0, null, null);
        }
        Interval interval = used.length < 2
                ? null
                : new QuestionBootstrap(used.length, confidence)
                        .widened(questions -> ratio(numerator, denominator, questions));
        return new Mean((int) n, sum(numerator) / n, interval);
    }

    /** Wilson's score interval of a share of {@code n} independent answers. */
    public Interval wilson(int hits, int n) {
        Interval interval = wilson(hits / (double) n, n);
        return new Interval(
                interval.low(), interval.high(), String.format(Locale.ROOT, "Wilson, %s", confidence.percent()));
    }

    /**
     * The interval of a rate for questions like these, from what is stored of a rate.
     *
     * @param k questions
     * @param designEffect as {@link Rate#designEffect}; null where all answers agree
     * @return null with fewer than two questions
     */
    public @Nullable Interval questionsLikeThese(int hits, int n, int k, @Nullable Double designEffect) {
        if (k < 2) {
            return null;
        }
        double p = hits / (double) n;
        if (hits == 0 || hits == n || designEffect == null) {
            Interval agreed = wilson(p, n / usualDesignEffect(n, k));
            return new Interval(
                    agreed.low(),
                    agreed.high(),
                    String.format(
                            Locale.ROOT,
                            "Wilson at a usual design effect of %.1f, as all answers agree, %s",
                            usualDesignEffect(n, k),
                            confidence.percent()));
        }
        double unbiased = designEffect * k / (k - 1);
        double error = Math.sqrt(unbiased / (n * p * (1 - p)));
        double reach = t(k - 1) * error;
        double centre = Math.log(p / (1 - p));
        Interval within = wilson(p, n);
        return new Interval(
                Math.min(within.low(), expit(centre - reach)),
                Math.max(within.high(), expit(centre + reach)),
                String.format(
                        Locale.ROOT,
                        "question-clustered, log-odds with t of %d degrees, %s",
                        k - 1,
                        confidence.percent()));
    }

    /** {@link Rate#upperBoundIfZeroLikeThese} from what is stored of a rate. */
    public @Nullable Double upperBoundIfZeroLikeThese(int hits, int n, int k) {
        return hits == 0 && k >= 2 ? Double.valueOf(atMost(n / usualDesignEffect(n, k))) : null;
    }

    /**
     * Variance of a rate by questions over its variance if answers were independent: the linearised variance of a
     * ratio, which is what a question bootstrap estimates, over p(1-p)/n. Null with fewer than two questions or where
     * all answers agree.
     */
    static @Nullable Double designEffect(double[] hits, double[] counts) {
        double n = sum(counts);
        double p = sum(hits) / n;
        double binomial = p * (1 - p) / n;
        if (hits.length < 2 || binomial == 0) {
            return null;
        }
        double squares = 0;
        for (int i = 0; i < hits.length; i++) {
            double residual = hits[i] - p * counts[i];
            squares += residual * residual;
        }
        return squares / (n * n) / binomial;
    }

    /** Sum of numerators over sum of denominators of some questions. */
    static double ratio(double[] numerator, double[] denominator, int[] questions) {
        double above = 0;
        double below = 0;
        for (int question : questions) {
            above += numerator[question];
            below += denominator[question];
        }
        return above / below;
    }

    private Interval wilson(double p, double n) {
        double z = new NormalDistribution().inverseCumulativeProbability(1 - confidence.tail());
        double centre = (p + z * z / (2 * n)) / (1 + z * z / n);
        double reach = z / (1 + z * z / n) * Math.sqrt(p * (1 - p) / n + z * z / (4 * n * n));
        return new Interval(p == 0 ? 0 : Math.max(0, centre - reach), p == 1 ? 1 : Math.min(1, centre + reach), "");
    }

    private double t(int degrees) {
        return new TDistribution(degrees).inverseCumulativeProbability(1 - confidence.tail());
    }

    /** The design effect of equally many answers to each question at the usual correlation. */
    private static double usualDesignEffect(double n, int k) {
        return 1 + Math.max(0, n / k - 1) * USUAL_ICC;
    }

    private static double atMost(double n) {
        return -Math.expm1(Math.log(ONE_SIDED) / n);
    }

    private static double expit(double x) {
        return 1 / (1 + Math.exp(-x));
    }

    /** The questions with an answer. */
    static int[] nonEmpty(int[] counts) {
        return IntStream.range(0, counts.length).filter(i -> counts[i] > 0).toArray();
    }

    private static double[] select(double[] values, int[] used) {
        return Arrays.stream(used).mapToDouble(i -> values[i]).toArray();
    }

    static double sum(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return sum;
    }
}
