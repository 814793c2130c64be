package dev.vivarium.lab.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vivarium.engine.base.AtomicFiles;
import dev.vivarium.engine.base.Progress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every change a run makes on disk fails, each in a run of its own: the run can always be resumed to the same bytes. */
final class FullDiskTest {
    private static final List<String> RESULTS =
            List.of("checkpoints/step-000002/trainer.safetensors", "checkpoints/LATEST", "recipe.yaml");

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({"FULL_DISK, mini-full, model/model.safetensors", "ERROR, mini-rank1, adapter/adapter_model.safetensors"
    })
    void aRunThatFailedAtAnyChangeResumesToTheSameBytes(FailingFiles.Fault fault, String preset, String weights)
            throws IOException {
        Path data = TinyRuns.data(folder, 6);
        ResolvedRecipe recipe = TinyRuns.recipe(
                data,
                preset,
                "training.max_steps=2",
                "training.learning_rate=1e-3",
                "training.warmup_steps=0",
                "training.per_device_train_batch_size=2",
                "training.gradient_accumulation_steps=1",
                "checkpoints.dense_until=2",
                "checkpoints.keep=1");
        Path whole = folder.resolve("whole/run");
        TinyRuns.prepare(recipe, whole, Existing.REFUSE).run(Progress.SILENT);

        int failing = 1;
        for (; true; failing++) {
            Path place = folder.resolve("run-" + failing + "/run");
            Path broken = FailingFiles.at(place, fault, failing);
            if (succeeds(recipe, broken) && !FailingFiles.struck(broken)) {
                break; // a fault may also pass unnoticed, as where the JDK tries a directory twice
            }
            if (!Files.exists(place)) {
                continue; // nothing was begun, so there is nothing to go on with
            }
            assertThat(RunFiles.open(place).readMetrics().size()).isLessThanOrEqualTo(2);
            Path mended = FailingFiles.at(place, fault, Integer.MAX_VALUE); // spares the test the real forcing to disk
            TinyRuns.prepare(recipe, mended, Existing.RESUME).run(Progress.SILENT);
            assertSameRun(place, whole, weights, failing);
            AtomicFiles.deleteTree(folder.resolve("run-" + failing));
        }
        assertThat(failing).as("changes of one run").isGreaterThan(30);
    }

    private static boolean succeeds(ResolvedRecipe recipe, Path directory) {
        try {
            TinyRuns.prepare(recipe, directory, Existing.REFUSE).run(Progress.SILENT);
            return true;
        } catch (IOException | UncheckedIOException e) {
            assertThat(e.getMessage()).containsAnyOf("No space left on device", "Input/output error");
            return false;
        }
    }

    private static void assertSameRun(Path run, Path whole, String weights, int failing) throws IOException {
        for (String file : Stream.concat(RESULTS.stream(), Stream.of(weights)).toList()) {
            assertThat(run.resolve(file)).as("change %d", failing).hasSameBinaryContentAs(whole.resolve(file));
        }
        assertThat(losses(run)).as("change %d", failing).isEqualTo(losses(whole));
        try (Stream<Path> left = Files.walk(run)) {
            assertThat(left.filter(path -> path.toString().endsWith(AtomicFiles.PARTIAL)))
                    .as("left after change %d", failing)
                    .isEmpty();
        }
    }

    private static List<Double> losses(Path run) throws IOException {
        return RunFiles.open(run).readMetrics().stream().map(StepMetrics::loss).toList();
    }
}
