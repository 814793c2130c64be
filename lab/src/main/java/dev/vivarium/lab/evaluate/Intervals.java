package dev.vivarium.lab.evaluate;

import dev.vivarium.engine.base.CounterRandom;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.IntStream;
import org.hipparchus.stat.interval.BinomialProportion;
import org.hipparchus.stat.interval.ConfidenceInterval;
import org.jspecify.annotations.Nullable;

/**
 * Intervals for rates and means of clustered answers.
 *
 * <p>Wilson [1] takes answers as independent, so it speaks of these questions only. The cluster bootstrap [2] draws
 * whole questions with replacement and takes the ratio of sums, so it speaks of questions like these. With fewer than
 * two questions nothing can be said of others (null). When all answers agree the bootstrap has no width and would
 * claim certainty; Wilson's bounds are given in its place, and the method says so.
 *
 * <p>[1] Wilson 1927, "Probable inference". [2] Davison and Hinkley 1997, "Bootstrap methods", section 3.8; quantiles
 * by linear interpolation. The design effect is the linearised variance of a ratio over p(1-p)/n (Kish 1965).
 */
final class Intervals {
    private static final double ONE_SIDED = 0.05;

    private final ScoreSettings settings;

    Intervals(ScoreSettings settings) {
        this.settings = settings;
    }

    /** A rate from hits and answers per question; questions without an answer are left out. */
    Rate rate(int[] hits, int[] counts) {
        int[] used = nonEmpty(counts);
        int totalHits = 0;
        int n = 0;
        double[] numerator = new double[used.length];
        double[] denominator = new double[used.length];
        for (int i = 0; i < used.length; i++) {
            numerator[i] = hits[used[i]];
            denominator[i] = counts[used[i]];
            totalHits += hits[used[i]];
            n += counts[used[i]];
        }
        if (n == 0) {
            return new Rate(0, 0, 0, null, null, null, null, null);
        }
        Interval wilson = wilson(totalHits, n);
        Interval clustered = clustered(numerator, denominator);
        if (clustered != null && (totalHits == 0 || totalHits == n)) {
            clustered = new Interval(
                    wilson.low(), wilson.high(), wilson.method() + " (all answers agree; a bootstrap has no width)");
        }
        Double zero = totalHits == 0 ? -Math.expm1(Math.log(ONE_SIDED) / n) : null;
        double value = totalHits / (double) n;
        return new Rate(
                totalHits, n, used.length, value, wilson, clustered, designEffect(numerator, denominator), zero);
    }

    /** A mean from sums and counts per question. */
    Mean mean(double[] sums, int[] counts) {
        int[] used = nonEmpty(counts);
        double[] numerator = Arrays.stream(used).mapToDouble(i -> sums[i]).toArray();
        double[] denominator = Arrays.stream(used).mapToDouble(i -> counts[i]).toArray();
        int n = Arrays.stream(used).map(i -> counts[i]).sum();
        if (n == 0) {
            return new Mean(0, null, null);
        }
        return new Mean(n, sum(numerator) / n, clustered(numerator, denominator));
    }

    Interval wilson(int hits, int n) {
        ConfidenceInterval interval = BinomialProportion.getWilsonScoreInterval(n, hits / (double) n, settings.level());
        double low = hits == 0 ? 0 : Math.max(0, interval.getLowerBound());
        double high = hits == n ? 1 : Math.min(1, interval.getUpperBound());
        return new Interval(low, high, String.format(Locale.ROOT, "Wilson, %s %%", percent()));
    }

    /** Percentile interval of sum(numerator) / sum(denominator) over questions drawn with replacement. */
    @Nullable
    Interval clustered(double[] numerator, double[] denominator) {
        int k = numerator.length;
        if (k < 2) {
            return null;
        }
        CounterRandom random = CounterRandom.of(settings.seed(), "question-bootstrap", k);
        double[] ratios = new double[settings.draws()];
        for (int draw = 0; draw < ratios.length; draw++) {
            double above = 0;
            double below = 0;
            for (int i = 0; i < k; i++) {
                int question = random.below(k, (long) draw * k + i);
                above += numerator[question];
                below += denominator[question];
            }
            ratios[draw] = above / below;
        }
        Arrays.sort(ratios);
        double tail = (1 - settings.level()) / 2;
        String method =
                String.format(Locale.ROOT, "question-clustered bootstrap, %d draws, %s %%", ratios.length, percent());
        return new Interval(quantile(ratios, tail), quantile(ratios, 1 - tail), method);
    }

    static @Nullable Double designEffect(double[] hits, double[] counts) {
        int k = hits.length;
        double n = sum(counts);
        double p = sum(hits) / n;
        double binomial = p * (1 - p) / n;
        if (k < 2 || binomial == 0) {
            return null;
        }
        double squares = 0;
        for (int i = 0; i < k; i++) {
            double residual = hits[i] - p * counts[i];
            squares += residual * residual;
        }
        return squares * k / (k - 1) / (n * n) / binomial;
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

    private static int[] nonEmpty(int[] counts) {
        return IntStream.range(0, counts.length).filter(i -> counts[i] > 0).toArray();
    }

    private static double sum(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return sum;
    }

    private String percent() {
        double percent = settings.level() * 100;
        return percent == Math.rint(percent) ? Long.toString((long) percent) : Double.toString(percent);
    }
}
