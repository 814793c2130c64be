package dev.vivarium.lab.phase;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.vivarium.lab.statistics.ChangePoint;
import dev.vivarium.lab.statistics.Interval;
import dev.vivarium.lab.trajectory.LocalCosine.Peak;
import dev.vivarium.lab.trajectory.Turning;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a phase report found of one training, in numbers.
 *
 * @param lastStep of the training
 * @param offset of the local cosine of B, in steps
 * @param peak of it; null where B does not move far enough for an angle to count
 * @param nulls paths that have nothing to tell, beside that peak
 * @param rates curves of behaviour
 * @param changes change point of each rate of misaligned answers by its name; a constant rate has none
 * @param narrowToBroad from the midpoint of the narrow rate to that of the broad one; null where one of them has none
 */
public record PhaseSummary(
        int lastStep,
        int offset,
        @Nullable Peak peak,
        List<NullPeak> nulls,
        List<RateCurve> rates,
        Map<String, ChangePoint> changes,
        @Nullable Lag narrowToBroad) {
    public PhaseSummary {
        nulls = List.copyOf(nulls);
        rates = List.copyOf(rates);
        changes = Map.copyOf(changes);
    }

    /**
     * How sharply a null turns.
     *
     * @param name of the null
     * @param high 97.5th percentile of the highest cosine of its paths; of twins the highest
     * @param share of its paths that turn as sharply as B, a p-value; null for twins
     */
    public record NullPeak(
            String name, double high, @Nullable Double share) {
        /** Whether a path without any direction made it: what goes anywhere at all is straighter. */
        public boolean randomWalk() {
            return name.equals(Turning.RANDOM_WALK);
        }
    }

    /**
     * Steps between two events.
     *
     * @param interval percentiles of the difference of independent draws
     */
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    public record Lag(double steps, Interval interval) {}

    static PhaseSummary of(Phase phase) {
        Turning primary = phase.primary();
        return new PhaseSummary(
                phase.trajectory().lastStep(),
                primary.curve().offset(),
                primary.peak(),
                primary.nulls().stream()
                        .map(band -> new NullPeak(band.name(), band.peakHigh(), band.share()))
                        .toList(),
                phase.rates(),
                phase.changes(),
                phase.orders().stream()
                        .filter(order -> order.first().equals(Phase.midpoint(RateCurve.NARROW))
                                && order.second().equals(Phase.midpoint(RateCurve.BROAD)))
                        .findFirst()
                        .map(order -> new Lag(order.difference(), order.interval()))
                        .orElse(null));
    }
}
