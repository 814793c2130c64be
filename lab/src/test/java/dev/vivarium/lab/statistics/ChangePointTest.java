package dev.vivarium.lab.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.vivarium.engine.base.CounterRandom;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class ChangePointTest {
    private static final int[] STEPS =
            IntStream.rangeClosed(1, 40).map(i -> 10 * i).toArray();

    /** Answers to 8 questions, 25 each, whose rate rises from 2 to 30 % about a step. */
    private static ChangePoint fitted(double midpoint, double width, long seed) {
        int[][] hits = new int[8][STEPS.length];
        int[][] counts = new int[8][STEPS.length];
        CounterRandom random = CounterRandom.of(seed, "answers");
        long counter = 0;
        for (int question = 0; question < 8; question++) {
            for (int i = 0; i < STEPS.length; i++) {
                double course = 1 / (1 + Math.exp(-(STEPS[i] - midpoint) * RiseFit.TEN_TO_NINETY / width));
                double rate = 0.02 + 0.28 * course;
                counts[question][i] = 25;
                for (int k = 0; k < 25; k++) {
                    hits[question][i] += random.uniform(counter++) < rate ? 1 : 0;
                }
            }
        }
        return ChangePoint.of(STEPS, hits, counts, Confidence.DEFAULT, 100);
    }

    @Test
    void aKnownChangePointIsRecoveredWithItsInterval() {
        ChangePoint change = fitted(235, 40, 2);
        assertThat(change.fit().midpoint()).isEqualTo(235, within(12.0));
        assertThat(change.midpoint().contains(235)).isTrue();
        assertThat(change.width().contains(40)).isTrue();
        assertThat(change.fit().floor()).isEqualTo(0.02, within(0.01));
        assertThat(change.fit().ceiling()).isEqualTo(0.30, within(0.03));
        assertThat(Objects.requireNonNull(change.midpointOverQuestions()).contains(235))
                .isTrue();
        assertThat(change.split().after()).isBetween(210, 250);
        assertThat(change.split().interval().contains(235)).isTrue();
        assertThat(change.p()).isLessThan(0.01);
    }

    @Test
    void profileIntervalsCoverTheMidpointAsOftenAsTheySay() {
        long covered = IntStream.range(0, 12)
                .filter(seed -> fitted(180, 60, 100 + seed).midpoint().contains(180))
                .count();
        // 95 % of 12 is 11.4; 9 or fewer has a probability of 0.02
        assertThat(covered).isGreaterThanOrEqualTo(10);
    }

    @Test
    void aRateThatNeverChangesHasNoTellingSplit() {
        int[][] hits = new int[1][STEPS.length];
        int[][] counts = new int[1][STEPS.length];
        CounterRandom random = CounterRandom.of(5, "flat");
        for (int i = 0; i < STEPS.length; i++) {
            counts[0][i] = 50;
            for (int k = 0; k < 50; k++) {
                hits[0][i] += random.uniform(50L * i + k) < 0.2 ? 1 : 0;
            }
        }
        ChangePoint change = ChangePoint.of(STEPS, hits, counts, Confidence.DEFAULT, 60);
        assertThat(change.p()).isGreaterThan(0.05);
        assertThat(change.midpointOverQuestions()).isNull();
        assertThat(change.midpoint().high() - change.midpoint().low()).isGreaterThan(100);
    }

    @Test
    void aStepFunctionIsSplitWhereItSteps() {
        int[][] hits = new int[1][STEPS.length];
        int[][] counts = new int[1][STEPS.length];
        for (int i = 0; i < STEPS.length; i++) {
            counts[0][i] = 20;
            hits[0][i] = STEPS[i] > 300 ? 10 : 0;
        }
        ChangePoint change = ChangePoint.of(STEPS, hits, counts, Confidence.DEFAULT, 60);
        assertThat(change.split().after()).isEqualTo(300);
        assertThat(change.split().before()).isEqualTo(310);
        assertThat(change.fit().midpoint()).isBetween(299.0, 311.0);
        assertThat(change.fit().ceiling()).isEqualTo(0.5, within(0.05));
    }
}
