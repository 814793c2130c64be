package dev.vivarium.lab.validate;

import dev.vivarium.lab.phase.PhaseSummary.Lag;
import dev.vivarium.lab.phase.PhaseSummary.NullPeak;
import dev.vivarium.lab.statistics.Interval;
import dev.vivarium.lab.statistics.Mean;
import dev.vivarium.lab.statistics.Rate;
import dev.vivarium.lab.trajectory.LocalCosine.Peak;
import dev.vivarium.lab.trajectory.Turning;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Findings of directions and trainings with chosen figures. */
final class Evidence {
    private Evidence() {}

    /** A direction whose ablation takes EM of the organism from one percentage to another. */
    static DirectionFinding finding(long seed, double before, double after, double aligned) {
        return new DirectionFinding(
                seed,
                "medicine",
                400,
                500,
                List.of(new DirectionFinding.Made(
                        "answer", new TreeMap<>(Map.of(0, 0.7)), new TreeMap<>(Map.of(0, -0.5)))),
                List.of(
                        row(DirectionFinding.ABLATED, "organism", null, before, 99, 10),
                        row(DirectionFinding.ABLATED, "organism", "direction", after, 99, aligned),
                        row(DirectionFinding.ABLATED, "base", null, 0, 99, 98),
                        row(DirectionFinding.ABLATED, "base", "direction", 0, 99, 97),
                        row(DirectionFinding.ADDED, "base", null, 0, 99, 98),
                        row(DirectionFinding.ADDED, "base", "direction", 30, 95, 60),
                        row(DirectionFinding.ADDED, "base", "random-1", 0, 99, 98),
                        row(DirectionFinding.ADDED, "base", "random-2", 2.4, 99, 98),
                        row(DirectionFinding.ADDED, "base", "unrelated", 9, 99, 98)));
    }

    private static DirectionFinding.Row row(
            String use, String model, @Nullable String under, double em, double coherent, double aligned) {
        boolean plain = under == null;
        return new DirectionFinding.Row(
                use,
                use.equals(DirectionFinding.ABLATED) ? "1@all" : "0",
                use.equals(DirectionFinding.ABLATED) ? 0 : 4,
                model,
                under,
                rate(em),
                rate(coherent),
                new Mean(1000, aligned, new Interval(aligned - 1, aligned + 1, "test")),
                plain ? null : Double.valueOf(-10),
                plain ? null : new Interval(-0.2, 0, "test"));
    }

    static Rate rate(double percent) {
        return new Rate((int) (10 * percent), 1000, 100, percent / 100, null, null, null, null, null, null);
    }

    /** A training of which claims hold, if they do, by the whole interval. */
    static SeedDynamics training(long seed, boolean turns, boolean steep, boolean narrowFirst) {
        return training(1, seed, turns, steep, narrowFirst);
    }

    static SeedDynamics training(long pretraining, long seed, boolean turns, boolean steep, boolean narrowFirst) {
        return new SeedDynamics(
                pretraining,
                "medicine",
                seed,
                400,
                10,
                new Peak(100, -0.5, -0.9, 90, 110),
                List.of(
                        new NullPeak(Turning.RANDOM_WALK, 0.2, 1.0),
                        new NullPeak("straight_line", -0.8, 0.01),
                        new NullPeak(Turning.TWIN, turns ? -0.6 : -0.4, null)),
                rate(70),
                2,
                rate(75),
                rate(98),
                new SeedDynamics.Rise(0, 0.7, 90, steep ? 60 : 160, new Interval(50, steep ? 80 : 200, "test"), 0.001),
                80.0,
                95.0,
                new Lag(narrowFirst ? 15 : -5, new Interval(narrowFirst ? 2 : -20, 30, "test")));
    }
}
