package dev.vivarium.lab.statistics;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.vivarium.engine.base.CounterRandom;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Where a rate changes in the course of training, in two ways: a logistic rise with floor and ceiling, and the split of
 * the steps that tells most about the answers.
 *
 * <p>Profile intervals take all values at which twice the log-likelihood falls short of its maximum by at most 3.84, the
 * 95th percentile of χ² of one degree; they take answers as independent. The clustered interval draws questions anew.
 *
 * @param fit the logistic rise
 * @param midpoint profile interval of its midpoint
 * @param width profile interval of its 10 to 90 % width
 * @param midpointOverQuestions percentiles when questions are drawn anew; null with fewer than two questions
 * @param split the other way
 * @param p how often shuffled checkpoints have a split as telling: small where there is a change at all
 * @param drawn midpoints of the draws behind the clustered interval, or, without questions, of answers drawn anew
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record ChangePoint(
        RiseFit fit,
        Interval midpoint,
        Interval width,
        @Nullable Interval midpointOverQuestions,
        Split split,
        double p,
        @JsonIgnore double[] drawn) {
    private static final double CHI_SQUARED = 3.841458820694124;
    private static final int PROFILE = 40;
    private static final int HALVINGS = 12;
    private static final int OTHERS = 40;
    private static final int SHUFFLES = 999;

    /**
     * The split into earlier and later steps with the largest Jensen-Shannon divergence of answers, weighted by their
     * number (after Arnold and Lörch 2025, arXiv 2508.20015): the information, in bits per answer, that the side of the
     * split gives about an answer.
     *
     * @param after last step before the split
     * @param before first step after it
     * @param bits at the split
     * @param curve the same for every split, by the steps but the last
     * @param interval percentiles of the middle of the split when answers or questions are drawn anew
     */
    public record Split(int after, int before, double bits, double[] curve, Interval interval) {}

    /**
     * Fits a curve.
     *
     * @param steps ascending, at least three
     * @param hits by question, then by step; one row where questions are not known
     * @param counts answers, likewise
     */
    public static ChangePoint of(int[] steps, int[][] hits, int[][] counts, Confidence confidence, int draws) {
        RiseData data =
                summed(steps, hits, counts, IntStream.range(0, hits.length).toArray());
        double from = steps[0];
        double to = steps[steps.length - 1];
        double narrowest = narrowest(steps);
        RiseFit fit = RiseFit.best(data, from, to, narrowest);
        CounterRandom random = CounterRandom.of(confidence.seed(), "change-point");
        boolean clustered = hits.length > 1;
        double[] midpoints = new double[draws];
        double[] splits = new double[draws];
        IntStream.range(0, draws).parallel().forEach(draw -> {
            CounterRandom own = random.child("draw", draw);
            RiseData drawn = clustered
                    ? summed(
                            steps,
                            hits,
                            counts,
                            IntStream.range(0, hits.length)
                                    .map(i -> own.below(hits.length, i))
                                    .toArray())
                    : redrawn(data, own);
            midpoints[draw] = RiseFit.refined(
                            drawn,
                            RiseFit.at(drawn, fit.midpoint(), fit.width()),
                            from,
                            to,
                            narrowest,
                            (to - from) / 8,
                            0.7)
                    .midpoint();
            double[] curve = bits(drawn);
            int at = largest(curve);
            splits[draw] = (steps[at] + steps[at + 1]) / 2.0;
        });
        double[] curve = bits(data);
        int at = largest(curve);
        String method = clustered
                ? "questions drawn anew, " + draws + " draws, " + confidence.percent()
                : "answers drawn anew, " + draws + " draws, " + confidence.percent();
        return new ChangePoint(
                fit,
                profile(data, fit, true, from, to, narrowest),
                profile(data, fit, false, from, to, narrowest),
                clustered ? percentiles(midpoints, confidence, method) : null,
                new Split(steps[at], steps[at + 1], curve[at], curve, percentiles(splits, confidence, method)),
                shuffled(data, curve[at], random),
                midpoints);
    }

    /** A step function looks like a rise over a part of the distance of two steps. */
    private static double narrowest(int[] steps) {
        int least = Integer.MAX_VALUE;
        for (int i = 1; i < steps.length; i++) {
            least = Math.min(least, steps[i] - steps[i - 1]);
        }
        return least / 4.0;
    }

    /** Bounds of the midpoint or of the width, the other and both levels being at their best for every value. */
    private static Interval profile(
            RiseData data, RiseFit fit, boolean ofMidpoint, double from, double to, double narrowest) {
        Profile profile = new Profile(data, fit, ofMidpoint, from, to, narrowest);
        return new Interval(profile.bound(-1), profile.bound(1), "profile likelihood, 95 %");
    }

    private record Profile(RiseData data, RiseFit fit, boolean ofMidpoint, double from, double to, double narrowest) {
        /** The furthest value on one side that is still likely enough. */
        double bound(int side) {
            double inside = ofMidpoint ? fit.midpoint() : fit.width();
            double end = side < 0 ? (ofMidpoint ? from : narrowest) : ofMidpoint ? to : to - from;
            double outside = inside;
            for (int i = 1; i <= PROFILE; i++) {
                outside = inside + (end - inside) * i / PROFILE;
                if (!isLikely(outside)) {
                    break;
                }
            }
            if (isLikely(outside)) {
                return outside;
            }
            double last = inside;
            for (int i = 0; i < HALVINGS; i++) {
                double middle = (last + outside) / 2;
                if (isLikely(middle)) {
                    last = middle;
                } else {
                    outside = middle;
                }
            }
            return last;
        }

        private boolean isLikely(double value) {
            return 2 * (fit.logLikelihood() - best(value)) <= CHI_SQUARED;
        }

        private double best(double value) {
            double best = likelihood(value, ofMidpoint ? fit.width() : fit.midpoint());
            for (int j = 0; j <= OTHERS; j++) {
                double share = j / (double) OTHERS;
                double other = ofMidpoint ? RiseFit.width(narrowest, to - from, share) : from + (to - from) * share;
                best = Math.max(best, likelihood(value, other));
            }
            return best;
        }

        private double likelihood(double value, double other) {
            return (ofMidpoint ? RiseFit.at(data, value, other) : RiseFit.at(data, other, value)).logLikelihood();
        }
    }

    private static RiseData summed(int[] steps, int[][] hits, int[][] counts, int[] questions) {
        double[] hit = new double[steps.length];
        double[] count = new double[steps.length];
        for (int question : questions) {
            for (int i = 0; i < steps.length; i++) {
                hit[i] += hits[question][i];
                count[i] += counts[question][i];
            }
        }
        return new RiseData(steps, hit, count);
    }

    /** As many answers at every step, each a hit with the probability that was observed there. */
    private static RiseData redrawn(RiseData data, CounterRandom random) {
        double[] hits = new double[data.size()];
        long counter = 0;
        for (int i = 0; i < hits.length; i++) {
            // half a hit and half a miss more: where nothing was hit the rate is not known to be zero
            double rate = data.rate(i, i + 1);
            for (int k = 0; k < data.counts()[i]; k++) {
                hits[i] += random.uniform(counter++) < rate ? 1 : 0;
            }
        }
        return new RiseData(data.steps(), hits, data.counts());
    }

    /** Mutual information of side and answer, for every split. */
    private static double[] bits(RiseData data) {
        double[] bits = new double[data.size() - 1];
        double all = data.all();
        double hits = data.allHits();
        double before = 0;
        double hitsBefore = 0;
        for (int i = 0; i < bits.length; i++) {
            before += data.counts()[i];
            hitsBefore += data.hits(i);
            double after = all - before;
            bits[i] = before == 0 || after == 0
                    ? 0
                    : Math.max(
                            0,
                            entropy(hits / all)
                                    - before / all * entropy(hitsBefore / before)
                                    - after / all * entropy((hits - hitsBefore) / after));
        }
        return bits;
    }

    private static double entropy(double p) {
        return p <= 0 || p >= 1 ? 0 : -(p * Math.log(p) + (1 - p) * Math.log1p(-p)) / Math.log(2);
    }

    private static int largest(double[] values) {
        int at = 0;
        for (int i = 1; i < values.length; i++) {
            at = values[i] > values[at] ? i : at;
        }
        return at;
    }

    private static double shuffled(RiseData data, double observed, CounterRandom random) {
        int asLarge = 0;
        for (int shuffle = 0; shuffle < SHUFFLES; shuffle++) {
            int[] order = random.child("shuffle", shuffle).permutation(data.size());
            double[] hits = Arrays.stream(order).mapToDouble(data::hits).toArray();
            double[] counts =
                    Arrays.stream(order).mapToDouble(i -> data.counts()[i]).toArray();
            double[] bits = bits(new RiseData(data.steps(), hits, counts));
            asLarge += bits[largest(bits)] >= observed ? 1 : 0;
        }
        return (1 + asLarge) / (1.0 + SHUFFLES);
    }

    private static Interval percentiles(double[] draws, Confidence confidence, String method) {
        double[] sorted = draws.clone();
        Arrays.sort(sorted);
        return new Interval(
                QuestionBootstrap.quantile(sorted, confidence.tail()),
                QuestionBootstrap.quantile(sorted, 1 - confidence.tail()),
                method);
    }
}
