package dev.vivarium.lab.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.vivarium.engine.base.CounterRandom;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Probes on planted truths: what is there is found, what is not is not. */
final class ProbeTest {
    private static final Confidence QUICK = new Confidence(0.95, 2_000, 0);
    private static final int FEATURES = 4;
    private static final int TOKENS = 6;

    /**
     * 20 questions with 8 answers each.
     *
     * @param shift of feature 2 in answers of the positive class
     */
    private static Probe.Tokens planted(double shift, long seed) {
        CounterRandom random = CounterRandom.of(seed, "planted");
        int n = 20 * 8 * TOKENS;
        double[][] rows = new double[n][FEATURES];
        boolean[] labels = new boolean[n];
        int[] answer = new int[n];
        int[] question = new int[n];
        for (int i = 0; i < n; i++) {
            answer[i] = i / TOKENS;
            question[i] = answer[i] / 8;
            labels[i] = random.child("label").uniform(answer[i]) < 0.3;
            for (int j = 0; j < FEATURES; j++) {
                // tokens of a question share something, so that it could be learnt by heart
                double shared = random.child("question").gaussian((long) question[i] * FEATURES + j);
                rows[i][j] = 100 * j + shared + 0.3 * random.gaussian((long) i * FEATURES + j);
            }
            rows[i][2] += labels[i] ? shift : 0;
        }
        return new Probe.Tokens(rows, labels, answer, question);
    }

    @Test
    void aPlantedScalarIsFoundOnUnseenQuestions() {
        Probe probe = Probe.of(planted(12, 1), 0, QUICK);

        assertThat(probe.folds()).isEqualTo(5);
        assertThat(probe.tokenAuc().value()).isEqualTo(1);
        assertThat(probe.answerAuc().value()).isEqualTo(1);
        assertThat(probe.tokenAccuracy().value()).isGreaterThan(0.99);
        assertThat(probe.coefficients().get(2).mean()).isGreaterThan(1);
        assertThat(probe.coefficients().get(2).kept()).isEqualTo(5);
        for (int j : new int[] {0, 1, 3}) {
            assertThat(Math.abs(probe.coefficients().get(j).mean()))
                    .isLessThan(0.1 * probe.coefficients().get(2).mean());
        }
    }

    @Test
    void labelsThatMeanNothingStayAtChance() {
        Probe probe = Probe.of(planted(0, 2), 0, QUICK);

        assertThat(probe.tokenAuc().value()).isEqualTo(0.5, within(0.08));
        assertThat(probe.tokenAuc().interval()).isNotNull();
        assertThat(contains(probe.tokenAuc(), 0.5)).isTrue();
        assertThat(contains(probe.answerAuc(), 0.5)).isTrue();
        assertThat(contains(probe.answerAccuracy(), 0.5)).isTrue();
    }

    private static boolean contains(Probe.Estimate estimate, double value) {
        Interval interval = estimate.interval();
        return interval != null && interval.contains(value);
    }

    @Test
    void twoProbesOfTheSameTokensAreComparedInPairs() {
        Probe.Tokens tokens = planted(12, 1);
        double[][] others = Arrays.stream(tokens.rows())
                .map(row -> new double[] {row[0], row[1], row[3]})
                .toArray(double[][]::new);
        Probe.Fit found = Probe.fit(tokens, 0, QUICK);
        Probe.Fit nothing =
                Probe.fit(new Probe.Tokens(others, tokens.labels(), tokens.answer(), tokens.question()), 0, QUICK);

        Probe.Estimate gain = found.answerAucMinus(nothing);

        assertThat(gain.value())
                .isEqualTo(
                        found.probe().answerAuc().value()
                                - nothing.probe().answerAuc().value(),
                        within(1e-12));
        assertThat(gain.interval()).isNotNull();
        assertThat(contains(gain, 0)).isFalse();
        assertThat(found.tokenAucMinus(found).value()).isZero();
    }

    @Test
    void theSameSeedGivesTheSameProbe() {
        assertThat(Probe.of(planted(1, 3), 4, QUICK)).isEqualTo(Probe.of(planted(1, 3), 4, QUICK));
    }

    @Test
    void foldsHoldWholeQuestionsAndLeaveBothClassesToLearnFrom() {
        for (int seed = 0; seed < 300; seed++) {
            CounterRandom random = CounterRandom.of(seed, "folds");
            int k = 6 + random.below(30, 0);
            int[] positive = new int[k];
            int[] negative = new int[k];
            for (int i = 0; i < k; i++) {
                positive[i] = random.below(4, 1 + 2L * i) * random.below(9, 100 + i) / 3;
                negative[i] = random.below(3, 2 + 2L * i) == 0 ? 0 : random.below(40, 200 + i);
            }
            int folds = Math.min(5, Math.min(QuestionFolds.count(positive), QuestionFolds.count(negative)));
            if (folds < 3) {
                continue;
            }
            int[] fold = QuestionFolds.of(positive, negative, folds, random);

            for (int i = 0; i < k; i++) {
                assertThat(fold[i]).isBetween(positive[i] + negative[i] > 0 ? 0 : -1, folds - 1);
            }
            for (int f = 0; f < folds; f++) {
                int out = f;
                assertThat(IntStream.range(0, k).anyMatch(i -> fold[i] != out && positive[i] > 0))
                        .as("seed %d, without fold %d", seed, f)
                        .isTrue();
                assertThat(IntStream.range(0, k).anyMatch(i -> fold[i] != out && negative[i] > 0))
                        .as("seed %d, without fold %d", seed, f)
                        .isTrue();
            }
        }
    }

    @Test
    void aFitMeetsTheConditionsOfItsOptimum() {
        Probe.Tokens tokens = planted(0.8, 5);
        LassoLogistic lasso = new LassoLogistic(tokens.rows(), tokens.labels());
        double[] penalties = lasso.penalties();

        assertThat(lasso.fit(penalties[0]).standardised()).containsOnly(0);
        for (double penalty : penalties) {
            LassoLogistic.Model model = lasso.fit(penalty);
            double[] slopes = slopes(tokens, model);
            assertThat(slopes[FEATURES]).isEqualTo(0, within(1e-4));
            for (int j = 0; j < FEATURES; j++) {
                double own = model.standardised()[j];
                if (own == 0) {
                    assertThat(Math.abs(slopes[j])).isLessThanOrEqualTo(penalty + 1e-4);
                } else {
                    assertThat(slopes[j]).isEqualTo(Math.signum(own) * penalty, within(1e-4));
                }
            }
        }
    }

    /** What the balanced log-loss falls by for each standardised coefficient, the intercept last. */
    private static double[] slopes(Probe.Tokens tokens, LassoLogistic.Model model) {
        int n = tokens.rows().length;
        int positive =
                (int) IntStream.range(0, n).filter(i -> tokens.labels()[i]).count();
        double[] centres = IntStream.range(0, FEATURES)
                .mapToDouble(j -> centre(tokens, j, positive))
                .toArray();
        double[] spreads = IntStream.range(0, FEATURES)
                .mapToDouble(j -> spread(tokens, j, positive))
                .toArray();
        double[] slopes = new double[FEATURES + 1];
        for (int i = 0; i < n; i++) {
            double probability = 1 / (1 + Math.exp(-model.logOdds(tokens.rows()[i])));
            double residual = weight(tokens, i, positive) * ((tokens.labels()[i] ? 1 : 0) - probability);
            for (int j = 0; j < FEATURES; j++) {
                slopes[j] += residual * (tokens.rows()[i][j] - centres[j]) / spreads[j];
            }
            slopes[FEATURES] += residual;
        }
        return slopes;
    }

    private static double centre(Probe.Tokens tokens, int j, int positive) {
        return IntStream.range(0, tokens.rows().length)
                .mapToDouble(i -> weight(tokens, i, positive) * tokens.rows()[i][j])
                .sum();
    }

    private static double spread(Probe.Tokens tokens, int j, int positive) {
        double centre = centre(tokens, j, positive);
        return Math.sqrt(IntStream.range(0, tokens.rows().length)
                .mapToDouble(i -> weight(tokens, i, positive) * Math.pow(tokens.rows()[i][j] - centre, 2))
                .sum());
    }

    private static double weight(Probe.Tokens tokens, int i, int positive) {
        return 0.5 / (tokens.labels()[i] ? positive : tokens.rows().length - positive);
    }

    @Test
    void aConstantFeatureIsLeftAlone() {
        double[][] rows = Arrays.stream(planted(12, 6).rows())
                .map(row -> new double[] {row[2], 7})
                .toArray(double[][]::new);
        LassoLogistic lasso = new LassoLogistic(rows, planted(12, 6).labels());

        LassoLogistic.Model model = lasso.fit(lasso.penalties()[3]);

        assertThat(model.coefficients()[0]).isPositive();
        assertThat(model.coefficients()[1]).isZero();
    }
}
