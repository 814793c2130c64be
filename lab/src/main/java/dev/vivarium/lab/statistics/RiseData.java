package dev.vivarium.lab.statistics;

import java.util.Arrays;

/**
 * Counts at the steps of a training.
 *
 * @param steps ascending
 * @param hits by step
 * @param counts answers by step
 */
record RiseData(int[] steps, double[] hits, double[] counts) {
    int size() {
        return steps.length;
    }

    double step(int i) {
        return steps[i];
    }

    double hits(int i) {
        return hits[i];
    }

    double misses(int i) {
        return counts[i] - hits[i];
    }

    double rateBefore(double step) {
        return rate(0, first(step));
    }

    double rateAfter(double step) {
        return rate(first(step), steps.length);
    }

    double all() {
        return Arrays.stream(counts).sum();
    }

    double allHits() {
        return Arrays.stream(hits).sum();
    }

    private int first(double step) {
        int first = 0;
        while (first < steps.length && steps[first] < step) {
            first++;
        }
        return first;
    }

    /** With half a hit and half a miss more, so that an iteration can leave 0 and 1. */
    double rate(int from, int to) {
        double hit = 0.5;
        double all = 1;
        for (int i = from; i < to; i++) {
            hit += hits[i];
            all += counts[i];
        }
        return hit / all;
    }
}
