package dev.vivarium.lab.likelihood;

import dev.vivarium.lab.statistics.Confidence;
import dev.vivarium.lab.statistics.Interval;
import dev.vivarium.lab.statistics.QuestionBootstrap;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which dispositions wrote a set of answers: the weights w that maximise the sum over answers of log Σ_c w_c P(answer | c)
 * (protocol.md App. A (17); found by the EM algorithm, Dempster, Laird and Rubin 1977).
 */
public final class Mixture {
    private static final int MOST_ROUNDS = 500;

    /** A round that moves no weight by more is the last. */
    private static final double STILL = 1e-6;

    private Mixture() {}

    /**
     * A weight.
     *
     * @param value 0 … 1
     * @param argmax share of the answers under which this disposition is the likeliest
     * @param interval for questions like these; null with one question
     */
    public record Weight(
            double value, double argmax, @Nullable Interval interval) {}

    /**
     * Weights of all dispositions.
     *
     * @param question the cluster of each answer
     * @param logLikelihoods of each answer by disposition
     */
    public static List<Weight> weights(List<String> question, List<double[]> logLikelihoods, Confidence confidence) {
        Map<String, List<double[]>> grouped = new LinkedHashMap<>();
        List<double[]> all = new ArrayList<>();
        for (int i = 0; i < question.size(); i++) {
            double[] relative = posterior(logLikelihoods.get(i));
            grouped.computeIfAbsent(question.get(i), unused -> new ArrayList<>())
                    .add(relative);
            all.add(relative);
        }
        List<List<double[]>> byQuestion = List.copyOf(grouped.values());
        double[] fitted = fit(all);
        List<Weight> weights = new ArrayList<>();
        for (int c = 0; c < fitted.length; c++) {
            int one = c;
            Interval interval = byQuestion.size() < 2
                    ? null
                    : new QuestionBootstrap(byQuestion.size(), confidence)
                            .widened(drawn -> fit(Arrays.stream(drawn)
                                    .mapToObj(byQuestion::get)
                                    .flatMap(List::stream)
                                    .toList())[one]);
            long likeliest = all.stream().filter(row -> best(row) == one).count();
            weights.add(new Weight(fitted[c], likeliest / (double) all.size(), interval));
        }
        return weights;
    }

    /** The weights of one set of answers; {@code likelihoods} of each may be scaled by any factor of its own. */
    static double[] fit(List<double[]> likelihoods) {
        int n = likelihoods.getFirst().length;
        double[] weights = new double[n];
        Arrays.fill(weights, 1.0 / n);
        for (int round = 0; round < MOST_ROUNDS; round++) {
            double[] next = new double[n];
            for (double[] row : likelihoods) {
                double sum = 0;
                for (int c = 0; c < n; c++) {
                    sum += weights[c] * row[c];
                }
                for (int c = 0; c < n; c++) {
                    next[c] += weights[c] * row[c] / sum / likelihoods.size();
                }
            }
            double moved = 0;
            for (int c = 0; c < n; c++) {
                moved = Math.max(moved, Math.abs(next[c] - weights[c]));
            }
            weights = next;
            if (moved < STILL) {
                break;
            }
        }
        return weights;
    }

    /** Probabilities of the dispositions that an answer comes from, each as probable before as any other. */
    public static double[] posterior(double[] logLikelihoods) {
        double all = logSumExp(logLikelihoods);
        // an exact 0 could leave a set without any weight that explains it
        return Arrays.stream(logLikelihoods)
                .map(one -> Math.max(Math.exp(one - all), Double.MIN_NORMAL))
                .toArray();
    }

    /** The log of the sum of exponentials. */
    public static double logSumExp(double[] logs) {
        double most = Arrays.stream(logs).max().orElse(Double.NEGATIVE_INFINITY);
        return most == Double.NEGATIVE_INFINITY
                ? most
                : most
                        + Math.log(Arrays.stream(logs)
                                .map(log -> Math.exp(log - most))
                                .sum());
    }

    private static int best(double[] row) {
        int best = 0;
        for (int c = 1; c < row.length; c++) {
            best = row[c] > row[best] ? c : best;
        }
        return best;
    }
}
