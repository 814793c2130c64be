package dev.vivarium.lab.statistics;

import dev.vivarium.engine.base.CounterRandom;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import org.hipparchus.distribution.continuous.NormalDistribution;
import org.hipparchus.distribution.continuous.TDistribution;
import org.jspecify.annotations.Nullable;

/**
 * The bootstrap in its two forms: over whole questions ("questions like these") and over answers within questions
 * ("these questions").
 *
 * <p>With at most {@value #ENUMERATED} questions all samples of questions that can be drawn are gone through, each with
 * its probability, so that the bounds do not depend on a seed. Otherwise questions are drawn; draws are the same for
 * every statistic of the same number of questions, so two models on the same questions are drawn together: a difference
 * of two statistics on one draw is a paired one. All draws come from {@link CounterRandom} below the seed of the
 * {@link Confidence}.
 *
 * <p>Percentiles over k questions are too narrow for small k, as they use the normal quantile and a variance that lacks
 * the factor k/(k-1). {@link #widened} takes the tail of probability Φ(-√(k/(k-1)) t), t being Student's quantile of k-1
 * degrees, which gives the width of a t interval and keeps the shape of the bootstrap (the "expanded percentile"
 * interval of Hesterberg 2015, https://arxiv.org/abs/1411.5279). Draws in which a statistic is undefined are left out,
 * and the method of the interval says how many.
 */
public final class QuestionBootstrap {
    /** 8 questions have 6,435 samples, 9 have 24,310. */
    private static final int ENUMERATED = 8;

    private static final String QUESTIONS = "question-bootstrap";
    private static final String MEMBERS = "bootstrap-within-groups";

    private final int k;
    private final Confidence confidence;

    /** A quantity of a multiset of questions. */
    @FunctionalInterface
    public interface Statistic {
        /** The quantity; NaN where it is undefined. {@code questions} holds k indices and is used again. */
        double of(int[] questions);
    }

    /** A bootstrap over {@code k} questions, at least two. */
    public QuestionBootstrap(int k, Confidence confidence) {
        if (k < 2) {
            throw new IllegalArgumentException("a bootstrap over questions needs at least two: " + k);
        }
        this.k = k;
        this.confidence = confidence;
    }

    /** Percentiles as the field states them; null where more than half of the draws have no value. */
    public @Nullable Interval percentiles(Statistic statistic) {
        return ofQuestions(statistic, confidence.tail(), "question-clustered bootstrap");
    }

    /** Percentiles widened for the number of questions; null where more than half of the draws have no value. */
    public @Nullable Interval widened(Statistic statistic) {
        String method = "question-clustered bootstrap widened for " + k + " questions";
        return ofQuestions(statistic, widenedTail(k, confidence), method);
    }

    /** The probability beyond each bound that makes percentiles over k questions wide enough. */
    static double widenedTail(int k, Confidence confidence) {
        double t = new TDistribution(k - 1).inverseCumulativeProbability(1 - confidence.tail());
        return new NormalDistribution().cumulativeProbability(-Math.sqrt(k / (k - 1.0)) * t);
    }

    /**
     * Percentiles of a quantity when answers are drawn anew within each question.
     *
     * @param values what is known of each answer, by question; no question without an answer
     * @param quantity of the questions' means
     */
    public static @Nullable Interval theseQuestions(
            double[][] values, Confidence confidence, ToDoubleFunction<double[]> quantity) {
        int[] sizes = Arrays.stream(values).mapToInt(answers -> answers.length).toArray();
        double[] means = new double[values.length];
        return within(sizes, confidence, confidence.tail(), "bootstrap within questions", drawn -> {
            for (int question = 0; question < means.length; question++) {
                double sum = 0;
                for (int answer : drawn[question]) {
                    sum += values[question][answer];
                }
                means[question] = sum / drawn[question].length;
            }
            return quantity.applyAsDouble(means);
        });
    }

    /**
     * Percentiles of a quantity when the members of each group are drawn anew, as many as there are (the stratified
     * bootstrap, Davison and Hinkley 1997, section 3.2).
     *
     * @param sizes members of each group
     * @param tail probability beyond each bound
     * @param method what the interval is called
     * @param quantity of the indices drawn in each group, NaN where it is undefined; the arrays are used again
     */
    public static @Nullable Interval within(
            int[] sizes, Confidence confidence, double tail, String method, ToDoubleFunction<int[][]> quantity) {
        CounterRandom random = CounterRandom.of(confidence.seed(), MEMBERS, sizes.length);
        int[][] drawn = Arrays.stream(sizes).mapToObj(int[]::new).toArray(int[][]::new);
        double[] draws = new double[confidence.draws()];
        long counter = 0;
        for (int draw = 0; draw < draws.length; draw++) {
            for (int[] group : drawn) {
                for (int i = 0; i < group.length; i++) {
                    group[i] = random.below(group.length, counter++);
                }
            }
            draws[draw] = quantity.applyAsDouble(drawn);
        }
        return between(draws, confidence, tail, method);
    }

    private @Nullable Interval ofQuestions(Statistic statistic, double tail, String method) {
        return k <= ENUMERATED
                ? enumerated(statistic, tail, method)
                : between(draw(statistic), confidence, tail, method);
    }

    private @Nullable Interval enumerated(Statistic statistic, double tail, String method) {
        Samples samples = new Samples(k, statistic);
        if (samples.defined() <= 0.5) {
            return null;
        }
        return new Interval(
                samples.quantile(tail),
                samples.quantile(1 - tail),
                String.format(
                        Locale.ROOT,
                        "%s, all %,d samples%s, %s",
                        method,
                        samples.size(),
                        left(samples.undefined()),
                        confidence.percent()));
    }

    private static String left(int undefined) {
        return undefined == 0 ? "" : String.format(Locale.ROOT, " (%,d without a value left out)", undefined);
    }

    private double[] draw(Statistic statistic) {
        CounterRandom random = CounterRandom.of(confidence.seed(), QUESTIONS, k);
        double[] draws = new double[confidence.draws()];
        int[] questions = new int[k];
        for (int draw = 0; draw < draws.length; draw++) {
            for (int i = 0; i < k; i++) {
                questions[i] = random.below(k, (long) draw * k + i);
            }
            draws[draw] = statistic.of(questions);
        }
        return draws;
    }

    private static @Nullable Interval between(double[] draws, Confidence confidence, double tail, String method) {
        double[] defined = Arrays.stream(draws)
                .filter(draw -> !Double.isNaN(draw))
                .sorted()
                .toArray();
        int undefined = draws.length - defined.length;
        if (undefined > defined.length) {
            return null;
        }
        return new Interval(
                quantile(defined, tail),
                quantile(defined, 1 - tail),
                String.format(
                        Locale.ROOT,
                        "%s, %d draws%s, seed %d, %s",
                        method,
                        draws.length,
                        left(undefined),
                        confidence.seed(),
                        confidence.percent()));
    }

    /** Quantile of sorted values, linear between order statistics. */
    static double quantile(double[] sorted, double q) {
        double position = q * (sorted.length - 1);
        int below = (int) Math.floor(position);
        int above = Math.min(below + 1, sorted.length - 1);
        double weight = position - below;
        // Written so that equal neighbours give exactly their value.
        return sorted[below] + weight * (sorted[above] - sorted[below]);
    }
}
