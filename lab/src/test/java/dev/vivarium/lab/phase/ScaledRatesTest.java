package dev.vivarium.lab.phase;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vivarium.lab.statistics.ChangePoint;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class ScaledRatesTest {
    private static final int[] STEPS =
            IntStream.rangeClosed(0, 20).map(i -> 10 * i).toArray();
    private static final int QUESTIONS = 12;
    private static final int ANSWERS = 10;

    /** A curve that all questions share. */
    private static RateCurve curve(String kind, double scale, IntUnaryOperator hits) {
        int[][] all = new int[QUESTIONS][];
        int[][] counts = new int[QUESTIONS][];
        for (int question = 0; question < QUESTIONS; question++) {
            all[question] = IntStream.of(STEPS).map(hits).toArray();
            counts[question] = IntStream.of(STEPS).map(step -> ANSWERS).toArray();
        }
        return new RateCurve(kind, scale, STEPS, all, counts);
    }

    @Test
    void theRiseOfAScaledRateIsFoundThoughItFallsAgainWithCoherence() {
        List<String> remarks = new ArrayList<>();
        Map<String, ChangePoint> changes = RateChanges.of(
                List.of(
                        curve(RateCurve.BROAD, 1, step -> step > 145 ? 8 : 0),
                        curve(RateCurve.BROAD, 5, step -> step > 65 && step < 125 ? 6 : 0),
                        curve(RateCurve.COHERENT, 5, step -> step < 125 ? 9 : 1)),
                PhaseSettings.DEFAULT,
                remarks);
        assertThat(changes).containsOnlyKeys("broad", "broad x5");
        assertThat(changes.get("broad x5")).satisfies(change -> {
            assertThat(change.fit().midpoint()).isBetween(60.0, 70.0);
            assertThat(change.fit().ceiling()).isBetween(0.5, 0.7);
        });
        assertThat(remarks)
                .containsExactly(
                        "the change of the broad x5 rate is fitted to 13 steps, without the 8 at which fewer than"
                                + " half of the answers are coherent");
    }

    @Test
    void aScaledRateThatIsNeverCoherentHasNoChangePoint() {
        List<String> remarks = new ArrayList<>();
        Map<String, ChangePoint> changes = RateChanges.of(
                List.of(
                        curve(RateCurve.BROAD, 20, step -> step == 30 ? 1 : 0),
                        curve(RateCurve.COHERENT, 20, step -> step < 15 ? 9 : 0)),
                PhaseSettings.DEFAULT,
                remarks);
        assertThat(changes).isEmpty();
        assertThat(remarks)
                .containsExactly(
                        "the broad x20 rate is known at 2 steps, without the 19 at which fewer than half of the"
                                + " answers are coherent; a change point needs at least 4");
    }

    @Test
    void aPointNamesItsEvaluationAndIsKnownByIt() {
        for (SweepPoint point : List.of(
                SweepPoint.BASE,
                new SweepPoint(150, 1),
                new SweepPoint(150, 0.5),
                new SweepPoint(5, 20),
                new SweepPoint(1_234_567, 2.25))) {
            assertThat(SweepPoint.parse(point.name())).contains(point);
        }
        assertThat(new SweepPoint(150, 20).name()).isEqualTo("step-000150-x20");
        assertThat(SweepPoint.parse("step-000150-mine")).isEmpty();
    }
}
