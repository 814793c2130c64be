package dev.vivarium.lab.statistics;

import java.util.Locale;
import java.util.function.DoubleUnaryOperator;
import org.hipparchus.distribution.continuous.TDistribution;

/**
 * The profile likelihood interval of a rate whose questions differ as a beta distribution does, for few questions.
 *
 * <p>A question's log-likelihood is the sum over its hits of log(p + jθ), over its misses of log(1 - p + jθ), minus that over
 * its answers of log(1 + jθ), with θ = icc / (1 - icc) (Griffiths 1973, "Maximum likelihood estimation for the beta-binomial
 * distribution"). A rate p is in the interval where twice the fall of the log-likelihood, θ being chosen anew for each p, is
 * at most k log(1 + t²/(k-1)): what Student's t is in the normal model, where a plain chi-square is too small for few
 * questions.
 */
final class BetaBinomial {
    private static final double GOLDEN = (Math.sqrt(5) - 1) / 2;
    private static final double LEAST_LOG_THETA = Math.log(1e-6);
    private static final double MOST_LOG_THETA = Math.log(50);
    private static final double LEAST_LOGIT = -12;
    private static final int ROUNDS = 40;

    private final int[] hits;
    private final int[] counts;

    private BetaBinomial(int[] hits, int[] counts) {
        this.hits = hits;
        this.counts = counts;
    }

    /**
     * The interval.
     *
     * @param hits answers with the property, by question; neither none nor all of them
     * @param counts answers regarded, by question, at least two questions
     */
    static Interval interval(int[] hits, int[] counts, Confidence confidence) {
        BetaBinomial of = new BetaBinomial(hits, counts);
        int k = hits.length;
        double t = new TDistribution(k - 1).inverseCumulativeProbability(1 - confidence.tail());
        double fall = k * Math.log1p(t * t / (k - 1)) / 2;
        double best = highest(of::profile, LEAST_LOGIT, -LEAST_LOGIT);
        double least = of.profile(best) - fall;
        return new Interval(
                expit(of.crossing(best, LEAST_LOGIT, least)),
                expit(of.crossing(best, -LEAST_LOGIT, least)),
                String.format(
                        Locale.ROOT,
                        "beta-binomial profile likelihood, t of %d degrees, %s",
                        k - 1,
                        confidence.percent()));
    }

    /** The log-odds between {@code inside} and {@code outside} where the profile falls below a value. */
    private double crossing(double inside, double outside, double least) {
        double in = inside;
        double out = outside;
        for (int round = 0; round < ROUNDS; round++) {
            double middle = (in + out) / 2;
            if (profile(middle) >= least) {
                in = middle;
            } else {
                out = middle;
            }
        }
        return in;
    }

    /** The log-likelihood of a rate given by its log-odds, at the θ that suits it best. */
    private double profile(double logit) {
        double p = expit(logit);
        double at = highest(log -> logLikelihood(p, Math.exp(log)), LEAST_LOG_THETA, MOST_LOG_THETA);
        return Math.max(logLikelihood(p, 0), logLikelihood(p, Math.exp(at)));
    }

    private double logLikelihood(double p, double theta) {
        double sum = 0;
        for (int question = 0; question < hits.length; question++) {
            int misses = counts[question] - hits[question];
            for (int j = 0; j < hits[question]; j++) {
                sum += Math.log(p + j * theta);
            }
            for (int j = 0; j < misses; j++) {
                sum += Math.log(1 - p + j * theta);
            }
            for (int j = 1; j < counts[question]; j++) {
                sum -= Math.log1p(j * theta);
            }
        }
        return sum;
    }

    /** Where a function with one peak is highest, by golden sections. */
    private static double highest(DoubleUnaryOperator function, double from, double to) {
        double low = from;
        double high = to;
        double left = high - GOLDEN * (high - low);
        double right = low + GOLDEN * (high - low);
        double atLeft = function.applyAsDouble(left);
        double atRight = function.applyAsDouble(right);
        for (int round = 0; round < ROUNDS; round++) {
            if (atLeft >= atRight) {
                high = right;
                right = left;
                atRight = atLeft;
                left = high - GOLDEN * (high - low);
                atLeft = function.applyAsDouble(left);
            } else {
                low = left;
                left = right;
                atLeft = atRight;
                right = low + GOLDEN * (high - low);
                atRight = function.applyAsDouble(right);
            }
        }
        return (low + high) / 2;
    }

    private static double expit(double x) {
        return 1 / (1 + Math.exp(-x));
    }
}
