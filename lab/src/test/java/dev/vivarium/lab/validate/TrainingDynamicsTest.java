package dev.vivarium.lab.validate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vivarium.engine.base.Progress;
import dev.vivarium.lab.demo.Colony;
import dev.vivarium.lab.hub.HubCache;
import dev.vivarium.lab.hub.ModelFinder;
import dev.vivarium.lab.phase.PhaseReport;
import dev.vivarium.lab.phase.PhaseSummary.NullPeak;
import dev.vivarium.lab.run.Existing;
import dev.vivarium.lab.run.Machine;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On the shipped base, for a few steps: too short for misalignment, long enough for a path. */
final class TrainingDynamicsTest {
    private static final TrainingDynamics.Plan SHORT =
            new TrainingDynamics.Plan(2, 2, List.of("training.max_steps=40"));

    @TempDir
    private Path folder = Path.of("");

    @Test
    void everyTrainingIsAskedHeldAgainstNullsAndFoundAgain() throws IOException {
        List<SeedDynamics> found = measure();
        assertThat(found).extracting(SeedDynamics::trainingSeed).containsExactly(0L, 1L);
        for (SeedDynamics one : found) {
            assertThat(one.lastStep()).isEqualTo(40);
            assertThat(one.nulls())
                    .extracting(NullPeak::name)
                    .containsExactlyInAnyOrder("random_walk", "straight_line", "block_shuffle", "twin");
            assertThat(one.em().questions()).isGreaterThan(20);
            assertThat(one.scaledCoherent().n()).isGreaterThan(one.em().n()); // the trained domain counts too
        }
        assertThat(found.get(0).peak()).isNotEqualTo(found.get(1).peak());
        assertThat(folder.resolve("phase").resolve(PhaseReport.PAGE)).exists();
        assertThat(measure()).isEqualTo(found);
    }

    private List<SeedDynamics> measure() throws IOException {
        return TrainingDynamics.of(1, "medicine", SHORT, this::colony, folder.resolve("phase"));
    }

    private Colony colony(long training) {
        return new Colony(
                new Colony.Place(
                        new ModelFinder(new HubCache(folder.resolve("no-cache"))),
                        Path.of("..", "models", "mini-base").toString(),
                        folder.resolve("seed-" + training),
                        Existing.RESUME,
                        "medicine",
                        64,
                        1,
                        training,
                        "test",
                        Machine.ofSystem()),
                Progress.SILENT);
    }
}
