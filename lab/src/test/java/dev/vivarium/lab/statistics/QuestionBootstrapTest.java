package dev.vivarium.lab.statistics;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.vivarium.engine.base.CounterRandom;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class QuestionBootstrapTest {
    private static final double[][] UNEQUAL = {{1, 1, 1, 0}, {0, 0, 0, 0}, {1, 0, 0, 0}};

    @Test
    void twoQuestionsAreKnownExactly() {
        // Ratios 0, 1/2, 1 with probabilities 1/4, 1/2, 1/4: the 2.5 % and 97.5 % quantiles are the extremes.
        double[] hits = {0, 10};
        double[] counts = {10, 10};
        Interval interval = requireNonNull(new QuestionBootstrap(2, Confidence.DEFAULT)
                .percentiles(questions -> Intervals.ratio(hits, counts, questions)));
        assertThat(interval.bounds()).containsExactly(0.0, 1.0);
    }

    @Test
    void fewQuestionsAreGoneThroughWithTheirProbabilities() {
        // Three questions with the values 0, 1, 2: 27 equally likely samples, 10 multisets; sums of 0 and 6 occur once
        // each, of 1 and 5 three times each.
        QuestionBootstrap bootstrap = new QuestionBootstrap(3, new Confidence(0.9, 2_000, 0));
        Interval interval = requireNonNull(
                bootstrap.percentiles(questions -> Arrays.stream(questions).sum()));
        assertThat(interval.bounds()).containsExactly(1.0, 5.0);
        assertThat(interval.method()).isEqualTo("question-clustered bootstrap, all 10 samples, 90 %");
        Interval narrow = requireNonNull(new QuestionBootstrap(3, new Confidence(1 - 2 / 27.0, 2_000, 0))
                .percentiles(questions -> Arrays.stream(questions).sum()));
        assertThat(narrow.low()).isEqualTo(0.0);
    }

    @Test
    void manyQuestionsGiveNormalTheoryInBothForms() {
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
        QuestionBootstrap bootstrap = new QuestionBootstrap(k, Confidence.DEFAULT);
        for (Interval interval : new Interval[] {
            bootstrap.percentiles(questions -> Intervals.ratio(hits, counts, questions)),
            bootstrap.widened(questions -> Intervals.ratio(hits, counts, questions))
        }) {
            assertThat(requireNonNull(interval).low()).isCloseTo(p - 1.96 * Math.sqrt(variance), within(0.003));
            assertThat(interval.high()).isCloseTo(p + 1.96 * Math.sqrt(variance), within(0.003));
        }
    }

    @Test
    void widenedTailsAreThoseOfStudentsT() {
        // Eight questions: t of 7 degrees is 2.364624, times sqrt(8/7) is 2.527889, beyond which a normal variable lies
        // with probability 0.005737.
        assertThat(QuestionBootstrap.widenedTail(8, Confidence.DEFAULT)).isCloseTo(0.005737, within(1e-6));
    }

    @Test
    void answersDrawnWithinQuestionsLeaveTheDifferenceBetweenQuestionsAlone() {
        double[][] sure = {{1, 1, 1}, {0, 0, 0}};
        Interval interval = requireNonNull(
                QuestionBootstrap.theseQuestions(sure, Confidence.DEFAULT, means -> (means[0] + means[1]) / 2));
        assertThat(interval.bounds()).containsExactly(0.5, 0.5);
        double[][] alike = new double[1][400];
        Arrays.fill(alike[0], 0, 80, 1);
        Interval binomial =
                requireNonNull(QuestionBootstrap.theseQuestions(alike, Confidence.DEFAULT, means -> means[0]));
        assertThat(binomial.low()).isCloseTo(0.2 - 1.96 * 0.02, within(0.004));
        assertThat(binomial.high()).isCloseTo(0.2 + 1.96 * 0.02, within(0.004));
    }

    @Test
    void drawsWithoutAValueAreCountedAndTooManyGiveNoInterval() {
        QuestionBootstrap bootstrap = new QuestionBootstrap(3, Confidence.DEFAULT);
        Interval some = requireNonNull(bootstrap.percentiles(
                questions -> Arrays.stream(questions).allMatch(q -> q == 0) ? Double.NaN : questions[0]));
        assertThat(some.method()).contains("without a value left out");
        assertThat(bootstrap.percentiles(questions -> Arrays.stream(questions).allMatch(q -> q == 0) ? 1 : Double.NaN))
                .isNull();
    }

    @Test
    void theSameSeedGivesTheSameDrawsAndAnotherSeedOthers() {
        Interval first = drawn(new Confidence(0.95, 2_000, 1));
        assertThat(drawn(new Confidence(0.95, 2_000, 1))).isEqualTo(first);
        assertThat(drawn(new Confidence(0.95, 2_000, 2)).method()).contains("seed 2");
    }

    @Test
    void oneQuestionIsRefused() {
        assertThatThrownBy(() -> new QuestionBootstrap(1, Confidence.DEFAULT)).hasMessageContaining("at least two");
        assertThatThrownBy(() -> new Confidence(0.95, 1_999, 0)).hasMessageContaining("2,000 draws");
    }

    private static Interval drawn(Confidence confidence) {
        return requireNonNull(QuestionBootstrap.theseQuestions(
                UNEQUAL, confidence, means -> Arrays.stream(means).sum() / 3));
    }
}
