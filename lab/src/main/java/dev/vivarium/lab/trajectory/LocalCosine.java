package dev.vivarium.lab.trajectory;

import dev.vivarium.engine.base.InputException;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How sharply a path turns: c_k(t) = cos(v_(t-k) - v_t, v_(t+k) - v_t), which is -1 on a straight path, 0 at a right angle
 * and +1 at a reversal (protocol.md App. A (4)).
 *
 * @param variant what was done to the points first
 * @param offset k in steps
 * @param steps t
 * @param cosine NaN where the gate is closed or a vector has no direction
 * @param length max(‖v_(t-k) - v_t‖, ‖v_(t+k) - v_t‖) of the points as they are
 * @param gated how many of {@code steps} the gate closed
 */
public record LocalCosine(Variant variant, int offset, int[] steps, double[] cosine, double[] length, int gated) {
    /** What is done to the points before the angle is taken. */
    public enum Variant {
        /** Nothing. */
        RAW,
        /** Every point is divided by its norm. */
        UNIT,
        /** The part of both displacements along v_t is taken off. */
        TANGENTIAL;

        /** As files and pages write it. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * How far a path has to move for its angle to count; lengths are those of the points as they are.
     *
     * @param value a length, or a share of a typical length at the same offset
     * @param unit which of these
     */
    public record Gate(double value, Unit unit) {
        /** Half of the mean: where weights have come to rest, they turn at random. */
        public static final Gate DEFAULT = new Gate(0.5, Unit.MEAN);

        /** What a gate counts in. */
        public enum Unit {
            LENGTH,
            MEAN,
            MEDIAN
        }

        /** Reads {@code 0.0035}, a length, {@code 0.5mean} or {@code 0.5median}. */
        public static Gate parse(String word) {
            String lower = word.toLowerCase(Locale.ROOT);
            Unit unit = lower.endsWith("mean") ? Unit.MEAN : lower.endsWith("median") ? Unit.MEDIAN : Unit.LENGTH;
            try {
                double value = Double.parseDouble(lower.replaceFirst("(mean|median)$", ""));
                if (value >= 0 && Double.isFinite(value)) {
                    return new Gate(value, unit);
                }
            } catch (NumberFormatException e) {
                // the sentence below says what is wanted
            }
            throw new InputException("--gate \"" + word
                    + "\" is no length; give one such as 0.0035, or a share such as 0.5mean or 0.5median");
        }

        double length(double[] lengths) {
            return switch (unit) {
                case LENGTH -> value;
                case MEAN -> value * Arrays.stream(lengths).average().orElse(0);
                case MEDIAN -> value * median(lengths);
            };
        }

        @Override
        public String toString() {
            return unit == Unit.LENGTH
                    ? Double.toString(value)
                    : value + unit.name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * Along a path whose points lie at one distance.
     *
     * @param apart k in points
     */
    public static LocalCosine of(WeightPath path, int apart, Variant variant, Gate gate) {
        int n = Math.max(0, path.size() - 2 * apart);
        int[] steps = new int[n];
        double[] cosine = new double[n];
        double[] length = new double[n];
        for (int i = 0; i < n; i++) {
            int t = i + apart;
            steps[i] = path.step(t);
            length[i] = Math.max(path.distance(t, t - apart), path.distance(t, t + apart));
            cosine[i] = switch (variant) {
                case RAW -> raw(path, t, apart);
                case UNIT -> unit(path, t, apart);
                case TANGENTIAL -> tangential(path, t, apart);
            };
        }
        double least = gate.length(length);
        int gated = 0;
        for (int i = 0; i < n; i++) {
            if (!(length[i] > least)) {
                cosine[i] = Double.NaN;
                gated++;
            }
        }
        int offset = path.size() > 1 ? apart * (path.step(1) - path.step(0)) : 0;
        return new LocalCosine(variant, offset, steps, cosine, length, gated);
    }

    private static double raw(WeightPath path, int t, int apart) {
        return cosine(
                path.dotFrom(t, t - apart, t + apart),
                path.dotFrom(t, t - apart, t - apart),
                path.dotFrom(t, t + apart, t + apart));
    }

    private static double unit(WeightPath path, int t, int apart) {
        int before = t - apart;
        int after = t + apart;
        double bt = direction(path, before, t);
        double at = direction(path, after, t);
        return cosine(direction(path, before, after) - bt - at + 1, 2 - 2 * bt, 2 - 2 * at);
    }

    /** Cosine of two points, seen from the origin. */
    private static double direction(WeightPath path, int i, int j) {
        return path.dot(i, j) / (path.norm(i) * path.norm(j));
    }

    private static double tangential(WeightPath path, int t, int apart) {
        int before = t - apart;
        int after = t + apart;
        double square = path.dot(t, t);
        double alongBefore = path.dot(before, t) - square;
        double alongAfter = path.dot(after, t) - square;
        return cosine(
                path.dotFrom(t, before, after) - alongBefore * alongAfter / square,
                path.dotFrom(t, before, before) - alongBefore * alongBefore / square,
                path.dotFrom(t, after, after) - alongAfter * alongAfter / square);
    }

    private static double cosine(double dot, double squareOne, double squareOther) {
        return squareOne > 0 && squareOther > 0
                ? Math.clamp(dot / Math.sqrt(squareOne * squareOther), -1, 1)
                : Double.NaN;
    }

    /** The largest cosine; null where none is defined. */
    public @Nullable Peak peak() {
        int at = -1;
        for (int i = 0; i < cosine.length; i++) {
            if (!Double.isNaN(cosine[i]) && (at < 0 || cosine[i] > cosine[at])) {
                at = i;
            }
        }
        if (at < 0) {
            return null;
        }
        double baseline =
                median(Arrays.stream(cosine).filter(c -> !Double.isNaN(c)).toArray());
        double half = (baseline + cosine[at]) / 2;
        int from = at;
        int to = at;
        while (from > 0 && cosine[from - 1] >= half) {
            from--;
        }
        while (to < cosine.length - 1 && cosine[to + 1] >= half) {
            to++;
        }
        return new Peak(steps[at], cosine[at], baseline, steps[from], steps[to]);
    }

    /**
     * The sharpest turn.
     *
     * @param step where
     * @param height its cosine
     * @param baseline median of the curve
     * @param from first step around it that is at least half as high above the baseline
     * @param to last such step
     */
    public record Peak(int step, double height, double baseline, int from, int to) {}

    static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int n = sorted.length;
        return n == 0 ? Double.NaN : (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
    }
}
