package dev.vivarium.lab.statistics;

import java.util.Arrays;

/** A statistic of all samples with replacement of k questions, each multiset once, with its probability. */
final class Samples {
    /** What rounding of summed probabilities may not decide. */
    private static final double ROUNDING = 1e-12;

    private final int k;
    private final QuestionBootstrap.Statistic statistic;
    private final int[] questions;
    private final double[] values;
    private final double[] weights;
    private int size;
    private int undefined;

    Samples(int k, QuestionBootstrap.Statistic statistic) {
        this.k = k;
        this.statistic = statistic;
        this.questions = new int[k];
        int multisets = multisets(k);
        this.values = new double[multisets];
        this.weights = new double[multisets];
        fill(0, 0, 0, 1);
    }

    /** Number of multisets. */
    int size() {
        return values.length;
    }

    /** How many of them have no value. */
    int undefined() {
        return undefined;
    }

    /** The probability that a sample has a value. */
    double defined() {
        return Intervals.sum(weights);
    }

    /** The least value at or below which a share of the samples with a value lies. */
    double quantile(double share) {
        double[] sorted = Arrays.copyOf(values, size);
        Arrays.sort(sorted);
        double wanted = share * defined() - ROUNDING;
        int low = 0;
        int high = size - 1;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (atMost(sorted[middle]) >= wanted) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return sorted[low];
    }

    private double atMost(double bound) {
        double sum = 0;
        for (int i = 0; i < size; i++) {
            sum += values[i] <= bound ? weights[i] : 0;
        }
        return sum;
    }

    /**
     * Goes through the multisets in ascending order of indices.
     *
     * @param at how many places are filled
     * @param least the question in the last filled place
     * @param run how many places hold it
     * @param weight the multinomial probability of what is filled
     */
    private void fill(int at, int least, int run, double weight) {
        if (at == k) {
            double value = statistic.of(questions);
            if (Double.isNaN(value)) {
                undefined++;
            } else {
                values[size] = value;
                weights[size++] = weight;
            }
            return;
        }
        for (int question = least; question < k; question++) {
            int length = question == least ? run + 1 : 1;
            questions[at] = question;
            fill(at + 1, question, length, weight * (at + 1) / ((double) k * length));
        }
    }

    /** k out of 2k - 1. */
    private static int multisets(int k) {
        long count = 1;
        for (int i = 1; i <= k; i++) {
            count = count * (k - 1 + i) / i;
        }
        return Math.toIntExact(count);
    }
}
