package dev.vivarium.lab.statistics;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.vivarium.engine.base.CounterRandom;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class IntervalsTest {
    private final Intervals intervals = new Intervals(Confidence.DEFAULT);

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
    void clusteredIntervalsAreWiderThanWilsonWhereQuestionsDiffer() {
        // The headline carried by few of eight questions, 50 answers each (the shape of protocol.md 1.8).
        Rate rate = intervals.rate(new int[] {33, 24, 18, 3, 2, 2, 1, 1}, fifties(8));
        assertThat(rate.value()).isEqualTo(0.21);
        double wilson = width(rate.theseQuestions());
        assertThat(width(rate.bootstrap()) / wilson).isBetween(2.0, 5.0);
        assertThat(width(rate.questionsLikeThese())).isGreaterThan(width(rate.bootstrap()));
        assertThat(rate.designEffect()).isBetween(5.0, 20.0);
    }

    @Test
    void logOddsIntervalEqualsItsFormulaByHand() {
        // Four questions, 10 answers each, 1 2 3 6 hits: p = 0.3, residuals -2 -1 0 3, their squares sum to 14, so the
        // standard error is sqrt(14 * 4/3) / 40 = 0.108012; t of 3 degrees at 97.5 % is 3.182446.
        int[] counts = {10, 10, 10, 10};
        Interval interval =
                requireNonNull(intervals.rate(new int[] {1, 2, 3, 6}, counts).questionsLikeThese());
        double reach = 3.182446 * 0.1080123 / 0.21;
        double centre = Math.log(0.3 / 0.7);
        assertThat(interval.low()).isCloseTo(1 / (1 + Math.exp(reach - centre)), within(1e-6));
        assertThat(interval.high()).isCloseTo(1 / (1 + Math.exp(-reach - centre)), within(1e-6));
    }

    @Test
    void whatHoldsForQuestionsLikeTheseIsNeverSurerThanWhatHoldsForThese() {
        // All questions alike, so that the variance between them is nought.
        Rate alike = intervals.rate(new int[] {5, 5, 5, 5, 5, 5, 5, 5}, fifties(8));
        Interval these = requireNonNull(alike.theseQuestions());
        Interval like = requireNonNull(alike.questionsLikeThese());
        assertThat(like.low()).isLessThanOrEqualTo(these.low());
        assertThat(like.high()).isGreaterThanOrEqualTo(these.high());
        assertThat(width(alike.bootstrap())).isZero();
    }

    @Test
    void withoutAHitTheBoundsAreThoseOfTheRuleOfThree() {
        Rate none = intervals.rate(new int[8], fifties(8));
        assertThat(none.upperBoundIfZero()).isCloseTo(3 / 400.0, within(2e-4));
        // 400 answers at a design effect of 1 + 49 * 0.1 are 67.8.
        assertThat(none.upperBoundIfZeroLikeThese()).isCloseTo(1 - Math.pow(0.05, 5.9 / 400), within(1e-12));
        assertThat(none.bootstrap()).isNull();
        Interval like = requireNonNull(none.questionsLikeThese());
        assertThat(like.low()).isZero();
        assertThat(like.method()).contains("all answers agree");
        Rate all = intervals.rate(fifties(8), fifties(8));
        assertThat(requireNonNull(all.questionsLikeThese()).high()).isEqualTo(1.0);
        assertThat(all.upperBoundIfZero()).isNull();
    }

    @Test
    void questionsWithoutAnswersAreLeftOut() {
        Rate rate = intervals.rate(new int[] {2, 0, 5}, new int[] {10, 0, 10});
        assertThat(rate).isEqualTo(intervals.rate(new int[] {2, 5}, new int[] {10, 10}));
        assertThat(rate.questions()).isEqualTo(2);
        assertThat(intervals.rate(new int[3], new int[3])).isEqualTo(Rate.NONE);
    }

    @Test
    void sameSeedSameInterval() {
        int[] hits = {1, 5, 9, 2};
        int[] counts = {10, 10, 10, 10};
        assertThat(intervals.rate(hits, counts)).isEqualTo(new Intervals(Confidence.DEFAULT).rate(hits, counts));
        Confidence other = new Confidence(0.8, 2_000, 9);
        assertThat(new Intervals(other).wilson(1, 4).method()).isEqualTo("Wilson, 80 %");
    }

    private static int[] fifties(int k) {
        int[] counts = new int[k];
        Arrays.fill(counts, 50);
        return counts;
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
