package dev.vivarium.lab.statistics;

/**
 * Krippendorff's α with the interval metric: one minus observed over expected disagreement, squared differences of
 * scores (Krippendorff 2011, "Computing Krippendorff's alpha-reliability",
 * https://repository.upenn.edu/asc_papers/43). On verdicts coded as 0 and 1 it is the nominal α.
 */
public final class Krippendorff {
    private Krippendorff() {}

    /**
     * The coefficient.
     *
     * @param units scores of the judges, by answer; NaN where a judge gave none. Denominator: all scores of answers
     *     with at least two; others say nothing and are left out
     * @return 1 for perfect agreement, 0 for what chance gives; NaN with fewer than two usable scores or where all are
     *     equal
     */
    public static double alpha(double[][] units) {
        double centre = centre(units);
        double n = 0;
        double sum = 0;
        double squares = 0;
        double observed = 0;
        for (double[] unit : units) {
            int judges = 0;
            double unitSum = 0;
            double unitSquares = 0;
            for (double score : unit) {
                if (!Double.isNaN(score)) {
                    judges++;
                    unitSum += score - centre;
                    unitSquares += (score - centre) * (score - centre);
                }
            }
            if (judges >= 2) {
                n += judges;
                sum += unitSum;
                squares += unitSquares;
                observed += pairs(judges, unitSum, unitSquares) / (judges - 1);
            }
        }
        double expected = pairs(n, sum, squares);
        return expected > 0 ? 1 - (n - 1) * observed / expected : Double.NaN;
    }

    /** Sum of squared differences over unordered pairs. */
    private static double pairs(double n, double sum, double squares) {
        return n * squares - sum * sum;
    }

    /** Some value near the scores, so that their squares do not cancel. */
    private static double centre(double[][] units) {
        for (double[] unit : units) {
            for (double score : unit) {
                if (!Double.isNaN(score)) {
                    return score;
                }
            }
        }
        return 0;
    }
}
