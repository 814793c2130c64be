package dev.vivarium.lab.phase;

import dev.vivarium.lab.statistics.Confidence;
import dev.vivarium.lab.statistics.Intervals;
import dev.vivarium.lab.statistics.Rate;
import java.util.Arrays;

/**
 * How often something was seen at the steps of a training.
 *
 * @param kind for example {@code narrow} or {@code broad}
 * @param scale what the adapter was multiplied by
 * @param steps ascending
 * @param hits by question, then by step; one row where questions are not known
 * @param counts answers, likewise; zero where a question was not asked at a step
 */
public record RateCurve(String kind, double scale, int[] steps, int[][] hits, int[][] counts) {
    /** The rate of the trained domain. */
    public static final String NARROW = "narrow";

    /** The rate of everything else. */
    public static final String BROAD = "broad";

    /** The share of all answers that are coherent; without it a low rate of the others may mean nothing but noise. */
    public static final String COHERENT = "coherent";

    /** The share of answers that are those of the base to the letter: close to one where an adapter does hardly anything. */
    public static final String SAME = "same as base";

    /** Whether it counts misaligned answers, which is what a transition is about. */
    boolean misaligned() {
        return !kind.equals(COHERENT) && !kind.equals(SAME);
    }

    /** {@code broad}, or {@code broad x5} where the adapter was scaled. */
    public String name() {
        if (scale == 1) {
            return kind;
        }
        return kind + " x" + ScaledSweep.factor(scale);
    }

    /** The rate at one step, with its intervals. */
    public Rate at(int i) {
        int[] hit = Arrays.stream(hits).mapToInt(row -> row[i]).toArray();
        int[] count = Arrays.stream(counts).mapToInt(row -> row[i]).toArray();
        return new Intervals(Confidence.DEFAULT).rateWithoutBootstrap(hit, count);
    }

    /** The same curve at some of its steps. */
    RateCurve only(int[] indices) {
        return new RateCurve(kind, scale, pick(steps, indices), pick(hits, indices), pick(counts, indices));
    }

    private static int[][] pick(int[][] rows, int[] indices) {
        return Arrays.stream(rows).map(row -> pick(row, indices)).toArray(int[][]::new);
    }

    private static int[] pick(int[] row, int[] indices) {
        return Arrays.stream(indices).map(i -> row[i]).toArray();
    }

    /** Whether every answer at every step says the same, so that nothing changes. */
    boolean isConstant() {
        int hit = Arrays.stream(hits).flatMapToInt(Arrays::stream).sum();
        int count = Arrays.stream(counts).flatMapToInt(Arrays::stream).sum();
        return hit == 0 || hit == count;
    }
}
