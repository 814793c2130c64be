package dev.vivarium.lab.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.vivarium.engine.base.CounterRandom;
import org.junit.jupiter.api.Test;

class EffectTest {
    private static final int[] ALL = {0, 1};

    @Test
    void cohensDEqualsItsDefinitionByHand() {
        // 2 4 against 6 8 10 in two questions: means 3 and 8, variances 2 and 4, pooled (2 + 8) / 3.
        Effect effect = new Effect(new double[][] {{2}, {4}}, new double[][] {{6, 8}, {10}});
        assertThat(effect.cohensD(ALL)).isCloseTo(-5 / Math.sqrt(10 / 3.0), within(1e-12));
    }

    @Test
    void aucCountsPairsAndHalvesTies() {
        // Pairs (2,3) (2,1) (4,3) (4,4): the other one scores higher in one, ties in one.
        Effect effect = new Effect(new double[][] {{2}, {3}}, new double[][] {{1}, {3}});
        assertThat(effect.auc(ALL)).isEqualTo((1 + 0.5) / 4);
        Effect apart = new Effect(new double[][] {{1, 2}, {3}}, new double[][] {{50}, {60, 70}});
        assertThat(apart.auc(ALL)).isEqualTo(1.0);
    }

    @Test
    void aucOfADrawEqualsTheAucOfTheDrawnAnswers() {
        double[][] these = scores(1);
        double[][] others = scores(2);
        int[] drawn = {2, 0, 2};
        Effect whole = new Effect(these, others);
        Effect written = new Effect(
                new double[][] {these[2], these[0], these[2]}, new double[][] {others[2], others[0], others[2]});
        int[] all = {0, 1, 2};
        assertThat(whole.auc(drawn)).isCloseTo(written.auc(all), within(1e-12));
        assertThat(whole.cohensD(drawn)).isCloseTo(written.cohensD(all), within(1e-9));
    }

    @Test
    void aucEqualsBruteForceOverAllPairs() {
        double[][] these = scores(3);
        double[][] others = scores(4);
        double wins = 0;
        int pairs = 0;
        for (double[] a : these) {
            for (double x : a) {
                for (double[] b : others) {
                    for (double y : b) {
                        wins += y > x ? 1 : y == x ? 0.5 : 0;
                        pairs++;
                    }
                }
            }
        }
        assertThat(new Effect(these, others).auc(new int[] {0, 1, 2})).isCloseTo(wins / pairs, within(1e-12));
    }

    @Test
    void scoresWithoutSpreadHaveNoD() {
        Effect effect = new Effect(new double[][] {{5}, {5}}, new double[][] {{5}, {5}});
        assertThat(effect.cohensD(ALL)).isNaN();
        assertThat(effect.auc(ALL)).isEqualTo(0.5);
        assertThatThrownBy(() -> new Effect(new double[1][1], new double[2][1]))
                .hasMessageContaining("not the same questions");
    }

    private static double[][] scores(int seed) {
        CounterRandom random = CounterRandom.of(seed, "scores");
        double[][] scores = new double[3][];
        int counter = 0;
        for (int question = 0; question < 3; question++) {
            scores[question] = new double[5 + question];
            for (int i = 0; i < scores[question].length; i++) {
                scores[question][i] = random.below(12, counter++);
            }
        }
        return scores;
    }
}
