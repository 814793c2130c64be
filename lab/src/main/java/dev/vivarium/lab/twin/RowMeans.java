package dev.vivarium.lab.twin;

import dev.vivarium.lab.statistics.Confidence;
import dev.vivarium.lab.statistics.Interval;
import dev.vivarium.lab.statistics.QuestionBootstrap;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Sums over the tokens of rows, and what follows for rows like these.
 *
 * @param sums by row
 * @param tokens by row
 */
record RowMeans(double[] sums, int[] tokens) {
    /** A mean per token with its interval over rows. */
    Estimate mean() {
        return estimate(this::of);
    }

    /** The mean of several draws on the same rows. */
    static RowMeans over(List<RowMeans> draws) {
        double[] sums = new double[draws.getFirst().sums.length];
        for (RowMeans draw : draws) {
            Arrays.setAll(sums, i -> sums[i] + draw.sums[i] / draws.size());
        }
        return new RowMeans(sums, draws.getFirst().tokens);
    }

    /** This minus another on the same rows. */
    Estimate minus(RowMeans other) {
        return estimate(rows -> of(rows) - other.of(rows));
    }

    /** Any quantity of the rows of this. */
    Estimate estimate(QuestionBootstrap.Statistic statistic) {
        int k = sums.length;
        Interval interval = new QuestionBootstrap(k, Confidence.DEFAULT).widened(statistic);
        return new Estimate(statistic.of(IntStream.range(0, k).toArray()), interval);
    }

    /** Mean per token over a multiset of rows. */
    double of(int[] rows) {
        double sum = 0;
        double count = 0;
        for (int row : rows) {
            sum += sums[row];
            count += tokens[row];
        }
        return sum / count;
    }
}
