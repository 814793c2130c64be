package dev.vivarium.lab.evaluate;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.vivarium.engine.base.CounterRandom;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class IntervalsTest {
    private final Intervals intervals = new Intervals(ScoreSettings.DEFAULT);

    @Test
    void wilsonAgreesWithPublishedValues() {
        // Newcombe 1998, "Two-sided confidence intervals for the single proportion", table I, method 3.
        check(81, 263, 0.2553, 0.3662);
        check(15, 148, 0.0624, 0.1605);
        check(0, 20, 0.0, 0.1611);
        check(1, 29, 0.0061, 0.1718);
    }

    @Test
    void boundsHoldTheRateForEverySmallCount() {
        for (int n = 1; n <= 40; n++) {
            for (int hits = 0; hits <= n; hits++) {
                Interval interval = intervals.wilson(hits, n);
                assertThat(interval.contains(hits / (double) n)).isTrue();
                assertThat(interval.low()).isBetween(0.0, 1.0);
                assertThat(interval.high()).isBetween(0.0, 1.0);
            }
        }
    }

    @Test
    void bootstrapOfTwoQuestionsIsKnownExactly() {
        // Ratios 0, 1/2, 1 with probabilities 1/4, 1/2, 1/4: the 2.5 % and 97.5 % quantiles are the extremes.
        Interval interval = requireNonNull(intervals.clustered(new double[] {0, 10}, new double[] {10, 10}));
        assertThat(interval.low()).isEqualTo(0.0);
        assertThat(interval.high()).isEqualTo(1.0);
    }

    @Test
    void bootstrapMatchesNormalTheoryForManyQuestions() {
        int k = 400;
        CounterRandom random = CounterRandom.of(5, "theory");
        double[] hits = new double[k];
        double[] counts = new double[k];
        for (int i = 0; i < k; i++) {
            counts[i] = 10;
            hits[i] = random.below(11, i);
        }
        double p = Arrays.stream(hits).sum() / (10 * k);
        double variance =
                Arrays.stream(hits).map(h -> (h - 10 * p) * (h - 10 * p)).sum() / (100.0 * k * k);
        Interval interval = requireNonNull(intervals.clustered(hits, counts));
        assertThat(interval.low()).isCloseTo(p - 1.96 * Math.sqrt(variance), within(0.003));
        assertThat(interval.high()).isCloseTo(p + 1.96 * Math.sqrt(variance), within(0.003));
    }

    @Test
    void designEffectIsOneForIndependentAnswersAndTheClusterSizeForCopies() {
        int k = 3000;
        int m = 10;
        double[] independent = new double[k];
        double[] copied = new double[k];
        double[] counts = new double[k];
        CounterRandom random = CounterRandom.of(7, "design");
        for (int i = 0; i < k; i++) {
            counts[i] = m;
            for (int j = 0; j < m; j++) {
                independent[i] += random.uniform((long) i * m + j) < 0.3 ? 1 : 0;
            }
            copied[i] = random.uniform(1_000_000 + i) < 0.3 ? m : 0;
        }
        assertThat(Intervals.designEffect(independent, counts)).isCloseTo(1.0, within(0.1));
        assertThat(Intervals.designEffect(copied, counts)).isCloseTo(m, within(0.1));
    }

    @Test
    void clusteredIntervalIsWiderThanWilsonWhereQuestionsDiffer() {
        // The headline carried by few of eight questions, 50 answers each (the shape of protocol.md 1.8).
        int[] hits = {33, 24, 18, 3, 2, 2, 1, 1};
        int[] counts = new int[8];
        Arrays.fill(counts, 50);
        Rate rate = intervals.rate(hits, counts);
        assertThat(rate.value()).isEqualTo(0.21);
        double wilson = width(rate.theseQuestions());
        double clustered = width(rate.questionsLikeThese());
        assertThat(clustered / wilson).isBetween(2.0, 5.0);
        assertThat(rate.designEffect()).isBetween(5.0, 20.0);
    }

    @Test
    void sameSeedSameInterval() {
        int[] hits = {1, 5, 9, 2};
        int[] counts = {10, 10, 10, 10};
        assertThat(intervals.rate(hits, counts)).isEqualTo(new Intervals(ScoreSettings.DEFAULT).rate(hits, counts));
        ScoreSettings other = new ScoreSettings(EmRule.PAPER, 0.8, 2_000, 9);
        assertThat(new Intervals(other).wilson(1, 4).method()).isEqualTo("Wilson, 80 %");
    }

    @Test
    void quantilesInterpolate() {
        double[] sorted = {0, 10, 20};
        assertThat(Intervals.quantile(sorted, 0)).isEqualTo(0);
        assertThat(Intervals.quantile(sorted, 0.25)).isEqualTo(5);
        assertThat(Intervals.quantile(sorted, 1)).isEqualTo(20);
    }

    private static double width(@Nullable Interval interval) {
        return requireNonNull(interval).high() - interval.low();
    }

    private void check(int hits, int n, double low, double high) {
        Interval interval = intervals.wilson(hits, n);
        assertThat(interval.low()).isCloseTo(low, within(5e-5));
        assertThat(interval.high()).isCloseTo(high, within(5e-5));
    }
}
