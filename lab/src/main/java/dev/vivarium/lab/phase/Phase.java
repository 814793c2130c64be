package dev.vivarium.lab.phase;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.lab.statistics.ChangePoint;
import dev.vivarium.lab.trajectory.Geometry;
import dev.vivarium.lab.trajectory.Grid;
import dev.vivarium.lab.trajectory.LocalCosine.Peak;
import dev.vivarium.lab.trajectory.LocalCosine.Variant;
import dev.vivarium.lab.trajectory.PathPca;
import dev.vivarium.lab.trajectory.Trajectory;
import dev.vivarium.lab.trajectory.Turning;
import dev.vivarium.lab.trajectory.WeightPath;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * All that the files of one training say about its phases.
 *
 * @param trajectory what was read
 * @param geometry norms and inner products
 * @param grid the checkpoints that angles are taken on
 * @param offsets of the angles, in steps
 * @param pca principal components of B, of A and of the change over all checkpoints, by name
 * @param turnings local cosines of B, A and the change, by name; those of B and A with their nulls
 * @param rates of behaviour; empty where none were given
 * @param changes change point of each rate by its name; a constant rate has none
 * @param events rotation, narrow and broad onset, as far as they are known
 * @param orders of the events
 */
record Phase(
        Trajectory trajectory,
        Geometry geometry,
        Grid grid,
        List<Integer> offsets,
        Map<String, PathPca> pca,
        Map<String, List<Turning>> turnings,
        List<RateCurve> rates,
        Map<String, ChangePoint> changes,
        List<Event> events,
        List<Event.Order> orders,
        List<String> remarks) {
    static final String B = "b";
    static final String CHANGE = "change";
    static final String ROTATION = "rotation of B";

    /** Many factors are tried, so a change has to be one. */
    private static final double SIGNIFICANT = 0.05;

    /** The offset the paper shows first. */
    private static final int USUAL_OFFSET = 10;

    Phase {
        offsets = List.copyOf(offsets);
        rates = List.copyOf(rates);
        events = List.copyOf(events);
        orders = List.copyOf(orders);
        remarks = List.copyOf(remarks);
    }

    /** Another training of the same kind, whose path serves as a null. */
    record Twin(Trajectory trajectory, Geometry geometry) {}

    static Phase of(
            Trajectory trajectory,
            List<Twin> twins,
            List<RateCurve> rates,
            List<String> noted,
            PhaseSettings settings) {
        String where = trajectory.directory().toString();
        List<String> remarks = new ArrayList<>(trajectory.remarks());
        remarks.addAll(noted);
        Grid grid = Grid.of(trajectory.steps(), where);
        settings.offsets().forEach(offset -> grid.expect(offset, where));
        List<Integer> offsets = settings.offsets().isEmpty() ? grid.usualOffsets() : settings.offsets();
        for (RateCurve rate : rates) {
            int last = rate.steps()[rate.steps().length - 1];
            if (last > trajectory.lastStep()) {
                throw new InputException("the " + rate.name() + " rate is given at step " + last + ", but " + where
                        + " ends at step " + trajectory.lastStep() + "; give the rates of this training");
            }
        }
        int between = trajectory.checkpoints().size() - grid.indices().size();
        if (between > 0) {
            remarks.add(between + " of " + trajectory.checkpoints().size()
                    + " checkpoints lie beside the grid of one every " + grid.spacing()
                    + " steps and have no local angle");
        }
        Geometry geometry = Geometry.read(trajectory);
        Turning.Settings turning = new Turning.Settings(offsets, settings.gate(), settings.draws(), settings.seed());
        Map<String, WeightPath> paths = paths(geometry);
        Map<String, PathPca> pca = new LinkedHashMap<>();
        Map<String, List<Turning>> turnings = new LinkedHashMap<>();
        List<Map<String, WeightPath>> others = twins.stream()
                .map(twin -> twinPaths(twin, geometry, grid, trajectory))
                .toList();
        paths.forEach((name, path) -> {
            pca.put(name, PathPca.of(path));
            List<WeightPath> twinPaths = others.stream()
                    .map(other -> Objects.requireNonNull(other.get(name)))
                    .toList();
            String purpose = name.equals(CHANGE) ? null : name; // a change is a product: its steps are not its own
            turnings.put(name, Turning.of(grid.on(path), grid.spacing(), twinPaths, turning, purpose));
        });
        Map<String, ChangePoint> changes = RateChanges.of(rates, settings, remarks);
        List<Event> events = new ArrayList<>();
        Event rotation = rotation(turnings, geometry, grid, turning, settings.draws());
        if (rotation != null) {
            events.add(rotation);
        }
        rates.stream().filter(rate -> rate.scale() == 1).forEach(rate -> addMidpoint(events, rate, changes, remarks));
        rates.stream().filter(rate -> rate.scale() != 1).forEach(rate -> addMidpoint(events, rate, changes, remarks));
        return new Phase(
                trajectory,
                geometry,
                grid,
                offsets,
                pca,
                turnings,
                rates,
                changes,
                events,
                Event.orders(events, ROTATION, settings.seed()),
                remarks);
    }

    static Map<String, WeightPath> paths(Geometry geometry) {
        Map<String, WeightPath> paths = new LinkedHashMap<>();
        paths.put(B, geometry.b());
        paths.put("a", geometry.a());
        paths.put(CHANGE, geometry.change());
        return paths;
    }

    private static Map<String, WeightPath> twinPaths(Twin twin, Geometry geometry, Grid grid, Trajectory trajectory) {
        Grid own =
                Grid.of(twin.trajectory().steps(), twin.trajectory().directory().toString());
        if (own.spacing() != grid.spacing()) {
            throw new InputException("the twin " + twin.trajectory().directory() + " has a checkpoint every "
                    + own.spacing() + " steps, " + trajectory.directory() + " every " + grid.spacing()
                    + "; train it again with the same checkpoints.every");
        }
        if (!twin.geometry().places().equals(geometry.places())) {
            throw new InputException("the twin " + twin.trajectory().directory() + " adapts other modules than "
                    + trajectory.directory() + ", or with another rank or scale; train it with the same recipe");
        }
        Map<String, WeightPath> paths = new LinkedHashMap<>();
        paths(twin.geometry()).forEach((name, path) -> paths.put(name, own.on(path)));
        return paths;
    }

    private static @Nullable Event rotation(
            Map<String, List<Turning>> turnings, Geometry geometry, Grid grid, Turning.Settings settings, int draws) {
        Peak peak = primary(turnings, settings.offsets()).peak();
        List<WeightPath> ranges = geometry.bRanges().stream().map(grid::on).toList();
        int[] drawn = Turning.drawnPeaks(ranges, grid.spacing(), settings, draws);
        return peak == null || drawn.length == 0
                ? null
                : Event.of(
                        ROTATION,
                        1,
                        peak.step(),
                        Arrays.stream(drawn).asDoubleStream().toArray(),
                        "coordinates of B and the offset drawn anew, 95 %");
    }

    private static void addMidpoint(
            List<Event> events, RateCurve rate, Map<String, ChangePoint> changes, List<String> remarks) {
        ChangePoint change = changes.get(rate.name());
        if (change == null || !List.of(RateCurve.NARROW, RateCurve.BROAD).contains(rate.kind())) {
            return;
        }
        if (rate.scale() != 1 && change.p() > SIGNIFICANT) {
            remarks.add(String.format(
                    Locale.ROOT,
                    "the change of the %s rate is no event: shuffled steps show one as clear (p %.2f)",
                    rate.name(),
                    change.p()));
        } else {
            String drawn = change.midpointOverQuestions() == null ? "answers" : "questions";
            events.add(Event.of(
                    midpoint(rate.name()),
                    rate.scale(),
                    change.fit().midpoint(),
                    change.drawn(),
                    drawn + " drawn anew, 95 %"));
        }
    }

    /** The name of the event that is the midpoint of a rate. */
    static String midpoint(String rate) {
        return "midpoint of the " + rate + " rate";
    }

    /** The raw curve of B at the paper's offset, else at the middle one. */
    Turning primary() {
        return primary(turnings, offsets);
    }

    private static Turning primary(Map<String, List<Turning>> turnings, List<Integer> offsets) {
        int offset = offsets.contains(USUAL_OFFSET) ? USUAL_OFFSET : offsets.get((offsets.size() - 1) / 2);
        return Objects.requireNonNull(turnings.get(B)).stream()
                .filter(turning -> turning.curve().variant() == Variant.RAW
                        && turning.curve().offset() == offset)
                .findFirst()
                .orElseThrow();
    }
}
