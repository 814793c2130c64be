package dev.vivarium.lab.statistics;

/**
 * A rate that goes from one level to another: p(t) = f + (c - f) σ((t - m) / w), fitted to binomial counts by maximum
 * likelihood (protocol.md App. A (9)). m is the midpoint, 10 to 90 % of the way takes 2 ln 9 · w.
 *
 * <p>For a given course σ the likelihood is concave in the levels f and c, which an EM iteration finds: with probability
 * 1 - σ an answer comes from level f, else from c. Midpoint and width are searched on a grid and refined, so no start has
 * to be guessed.
 *
 * @param floor f, the level before
 * @param ceiling c, the level after
 * @param midpoint m, in steps
 * @param width 10 to 90 %, in steps
 * @param logLikelihood at the estimates, without the binomial coefficients
 */
public record RiseFit(double floor, double ceiling, double midpoint, double width, double logLikelihood) {
    /** 10 to 90 % of a logistic curve, in units of its scale. */
    static final double TEN_TO_NINETY = 2 * Math.log(9);

    private static final int ITERATIONS = 200;
    private static final double CONVERGED = 1e-10;

    /** Keeps logarithms finite; no rate of a count is known so well. */
    private static final double LEAST = 1e-9;

    /** The best levels for a midpoint and a width. */
    static RiseFit at(RiseData data, double midpoint, double width) {
        int n = data.size();
        double[] course = new double[n];
        for (int i = 0; i < n; i++) {
            course[i] = 1 / (1 + Math.exp(-(data.step(i) - midpoint) * TEN_TO_NINETY / width));
        }
        double floor = data.rateBefore(midpoint);
        double ceiling = data.rateAfter(midpoint);
        double before = Double.NEGATIVE_INFINITY;
        double likelihood = logLikelihood(data, course, floor, ceiling);
        for (int k = 0; k < ITERATIONS && likelihood - before > CONVERGED; k++) {
            double floorHits = 0;
            double floorAll = 0;
            double ceilingHits = 0;
            double ceilingAll = 0;
            for (int i = 0; i < n; i++) {
                double p = (1 - course[i]) * floor + course[i] * ceiling;
                double hitsOfCeiling = data.hits(i) * course[i] * ceiling / p;
                double missesOfCeiling = data.misses(i) * course[i] * (1 - ceiling) / (1 - p);
                ceilingHits += hitsOfCeiling;
                ceilingAll += hitsOfCeiling + missesOfCeiling;
                floorHits += data.hits(i) - hitsOfCeiling;
                floorAll += data.hits(i) - hitsOfCeiling + data.misses(i) - missesOfCeiling;
            }
            floor = floorAll > 0 ? bounded(floorHits / floorAll) : floor;
            ceiling = ceilingAll > 0 ? bounded(ceilingHits / ceilingAll) : ceiling;
            before = likelihood;
            likelihood = logLikelihood(data, course, floor, ceiling);
        }
        return new RiseFit(floor, ceiling, midpoint, width, likelihood);
    }

    /** The best of all midpoints and widths between {@code from} and {@code to}. */
    static RiseFit best(RiseData data, double from, double to, double narrowest) {
        RiseFit best = at(data, (from + to) / 2, to - from);
        for (int i = 0; i <= 24; i++) {
            for (int j = 0; j <= 6; j++) {
                best = better(best, at(data, from + (to - from) * i / 24, width(narrowest, to - from, j / 6.0)));
            }
        }
        return refined(data, best, from, to, narrowest, (to - from) / 24, Math.log((to - from) / narrowest) / 6);
    }

    /** Goes uphill from a fit; steps are halved where neither midpoint nor width improves. */
    static RiseFit refined(
            RiseData data, RiseFit start, double from, double to, double narrowest, double move, double stretch) {
        RiseFit best = start;
        double step = move;
        double factor = stretch;
        while (step > (to - from) * 1e-4) {
            RiseFit better = best;
            for (int sign = -1; sign <= 1; sign += 2) {
                double midpoint = Math.clamp(best.midpoint + sign * step, from, to);
                better = better(better, at(data, midpoint, best.width));
                double width = Math.clamp(best.width * Math.exp(sign * factor), narrowest, to - from);
                better = better(better, at(data, best.midpoint, width));
            }
            if (better.logLikelihood <= best.logLikelihood + CONVERGED) {
                step /= 2;
                factor /= 2;
            }
            best = better;
        }
        return best;
    }

    static double width(double narrowest, double widest, double share) {
        return narrowest * Math.pow(widest / narrowest, share);
    }

    private static RiseFit better(RiseFit one, RiseFit other) {
        return other.logLikelihood > one.logLikelihood ? other : one;
    }

    private static double bounded(double rate) {
        return Math.clamp(rate, LEAST, 1 - LEAST);
    }

    private static double logLikelihood(RiseData data, double[] course, double floor, double ceiling) {
        double sum = 0;
        for (int i = 0; i < course.length; i++) {
            double p = bounded((1 - course[i]) * floor + course[i] * ceiling);
            sum += data.hits(i) * Math.log(p) + data.misses(i) * Math.log1p(-p);
        }
        return sum;
    }
}
