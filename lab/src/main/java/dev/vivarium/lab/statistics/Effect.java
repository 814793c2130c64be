package dev.vivarium.lab.statistics;

import java.util.Arrays;

/**
 * How far the scores of one model lie from those of another, over all answers to the questions that both answered.
 *
 * <p>Scores are by question, so that both measures can be taken of a bootstrap draw of questions without looking at the
 * answers again: counts, sums, squares and, for the AUC, wins between each pair of questions are kept.
 */
public final class Effect {
    private final Moments these;
    private final Moments others;
    /** Wins of the others' answers to question j over these answers to question i, ties as half. */
    private final double[][] wins;

    /**
     * Two models on the same k questions.
     *
     * @param these scores by question of the model in question; no question without an answer, but for the AUC alone
     * @param others scores by question of the model it is compared with
     */
    public Effect(double[][] these, double[][] others) {
        if (these.length != others.length) {
            throw new IllegalArgumentException("not the same questions: " + these.length + " and " + others.length);
        }
        this.these = new Moments(these);
        this.others = new Moments(others);
        int k = these.length;
        double[][] sorted = new double[k][];
        for (int j = 0; j < k; j++) {
            sorted[j] = others[j].clone();
            Arrays.sort(sorted[j]);
        }
        this.wins = new double[k][k];
        for (int i = 0; i < k; i++) {
            for (int j = 0; j < k; j++) {
                for (double score : these[i]) {
                    wins[i][j] += above(sorted[j], score);
                }
            }
        }
    }

    /**
     * Cohen's d: mean of these minus mean of the others, over the pooled standard deviation (Cohen 1988, "Statistical
     * power analysis", section 2.2). Denominator: (n1 - 1) s1² + (n2 - 1) s2² over n1 + n2 - 2, answers as independent.
     * NaN where there is no spread.
     */
    public double cohensD(int[] questions) {
        double n = Moments.sum(these.counts, questions);
        double m = Moments.sum(others.counts, questions);
        double spread = (these.squares(questions) + others.squares(questions)) / (n + m - 2);
        double shift = these.mean(questions) - others.mean(questions);
        return spread > 0 ? shift / Math.sqrt(spread) : Double.NaN;
    }

    /**
     * Rank AUC: the share of pairs (one of these answers, one of the others) in which the other scores higher, ties as
     * half (Mann and Whitney 1947; Hanley and McNeil 1982). 0.5 is no shift, 1 says that every one of these answers
     * scores below every other one. Denominator: n1 n2 pairs, over all questions together.
     */
    public double auc(int[] questions) {
        int k = wins.length;
        int[] weight = new int[k];
        for (int question : questions) {
            weight[question]++;
        }
        double sum = 0;
        for (int i = 0; i < k; i++) {
            if (weight[i] > 0) {
                double row = 0;
                for (int j = 0; j < k; j++) {
                    row += weight[j] * wins[i][j];
                }
                sum += weight[i] * row;
            }
        }
        return sum / (Moments.sum(these.counts, questions) * Moments.sum(others.counts, questions));
    }

    /** How many of the sorted values lie above a score, ties as half. */
    private static double above(double[] sorted, double score) {
        int low = firstAtLeast(sorted, score);
        int high = low;
        while (high < sorted.length && sorted[high] == score) {
            high++;
        }
        return sorted.length - high + (high - low) / 2.0;
    }

    private static int firstAtLeast(double[] sorted, double score) {
        int low = 0;
        int high = sorted.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (sorted[middle] < score) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** Counts, sums and sums of squares by question, the latter about a common centre so that nothing cancels. */
    private static final class Moments {
        private final double centre;
        private final double[] counts;
        private final double[] sums;
        private final double[] squares;

        Moments(double[][] scores) {
            int k = scores.length;
            counts = new double[k];
            sums = new double[k];
            squares = new double[k];
            centre = Arrays.stream(scores)
                    .flatMapToDouble(Arrays::stream)
                    .average()
                    .orElse(0);
            for (int i = 0; i < k; i++) {
                counts[i] = scores[i].length;
                for (double score : scores[i]) {
                    sums[i] += score - centre;
                    squares[i] += (score - centre) * (score - centre);
                }
            }
        }

        double mean(int[] questions) {
            return centre + sum(sums, questions) / sum(counts, questions);
        }

        /** Sum of squares about the mean of these questions. */
        double squares(int[] questions) {
            double total = sum(sums, questions);
            return sum(squares, questions) - total * total / sum(counts, questions);
        }

        static double sum(double[] values, int[] questions) {
            double sum = 0;
            for (int question : questions) {
                sum += values[question];
            }
            return sum;
        }
    }
}
