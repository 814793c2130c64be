package dev.vivarium.lab.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vivarium.engine.base.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RunDirectoryTest {
    @TempDir
    Path folder;

    @Test
    void aNewRunHoldsItsRecipeAndProvenanceAtOnce() throws IOException {
        try (RunDirectory run = open("a", Existing.REFUSE)) {
            assertThat(run.files().readRecipe().recipe()).isEqualTo(recipe().recipe());
            assertThat(run.files().readProvenance().kind()).isEqualTo("vivarium run");
            assertThat(run.resumed()).isFalse();
        }
        assertThat(RunFiles.open(folder.resolve("a")).isRun()).isTrue();
    }

    @Test
    void anExistingRunIsNeverOverwrittenUnasked() throws IOException {
        open("a", Existing.REFUSE).close();
        Path note = Files.writeString(folder.resolve("a/metrics.jsonl"), "");

        assertThatThrownBy(() -> open("a", Existing.REFUSE))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("--resume")
                .hasMessageContaining("--force");
        assertThat(note).exists();

        open("a", Existing.FORCE).close();
        assertThat(note).doesNotExist();
        try (var children = Files.list(folder)) {
            assertThat(children).containsExactly(folder.resolve("a"));
        }
    }

    @Test
    void forceDeletesNothingThatIsNoRun() throws IOException {
        Path letters = Files.createDirectories(folder.resolve("letters"));
        Files.writeString(letters.resolve("dear.txt"), "x");
        Path file = Files.writeString(folder.resolve("file"), "x");

        for (Existing existing : Existing.values()) {
            assertThatThrownBy(() -> open("letters", existing)).isInstanceOf(InputException.class);
            assertThatThrownBy(() -> open("file", existing)).isInstanceOf(InputException.class);
        }
        assertThat(letters.resolve("dear.txt")).exists();
        assertThat(file).exists();
    }

    @Test
    void anEmptyDirectoryMayBecomeARun() throws IOException {
        Files.createDirectories(folder.resolve("a"));

        open("a", Existing.REFUSE).close();

        assertThat(RunFiles.open(folder.resolve("a")).isRun()).isTrue();
    }

    @Test
    void aRunOfAnotherVersionIsNotContinuedButMayBeReplaced() throws IOException {
        open("a", Existing.REFUSE).close();
        Path provenance = folder.resolve("a/provenance.json");
        Files.writeString(provenance, Files.readString(provenance).replace("\"schema\" : 1", "\"schema\" : 7"));

        assertThatThrownBy(() -> open("a", Existing.RESUME))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("has layout version 7, this program reads version 1");
        open("a", Existing.FORCE).close();
    }

    @Test
    void anotherRecipeIsNotContinued() throws IOException {
        open("a", Existing.REFUSE).close();
        ResolvedRecipe other = recipe("seed=2");

        assertThatThrownBy(() -> RunDirectory.open(folder.resolve("a"), Existing.RESUME, other, this::origin))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("seed is 2, not 0");
    }

    @Test
    void twoWritersOfOneRunAreRefused() throws IOException {
        try (RunDirectory first = open("a", Existing.REFUSE)) {
            assertThat(first.files().isRun()).isTrue();
            for (Existing existing : List.of(Existing.RESUME, Existing.FORCE)) {
                assertThatThrownBy(() -> open("a", existing))
                        .isInstanceOf(InputException.class)
                        .hasMessageContaining("another process");
            }
        }
        open("a", Existing.RESUME).close();
    }

    @Test
    void metricsAreCutBackToTheCheckpointAndATornLineIsPassedOver() throws IOException {
        Path file = folder.resolve("metrics.jsonl");
        try (MetricsLog log = MetricsLog.openAfter(file, 0)) {
            for (int step = 1; step <= 5; step++) {
                log.add(metrics(step));
            }
        }
        Files.writeString(file, "{\"step\":6,\"lo", StandardOpenOption.APPEND);
        assertThat(MetricsLog.read(file)).extracting(StepMetrics::step).containsExactly(1, 2, 3, 4, 5);

        try (MetricsLog log = MetricsLog.openAfter(file, 3)) {
            log.add(metrics(4));
        }
        assertThat(MetricsLog.read(file)).extracting(StepMetrics::step).containsExactly(1, 2, 3, 4);
        assertThat(Files.readString(file))
                .startsWith("{\"step\":1,\"loss\":0.1,\"lr\":")
                .hasLineCount(4);

        Path edited = folder.resolve("edited.jsonl");
        Files.writeString(
                edited, "{\"step\":1,\"loss\":1,\"lr\":1,\"grad_norm\":1,\"tokens\":1,\"seconds\":1}\nhello\n\n");
        assertThatThrownBy(() -> MetricsLog.read(edited))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("line 2");
        assertThatThrownBy(() -> MetricsLog.openAfter(file, 9))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("4 of the 9 steps");
    }

    @Test
    void theNewestWholeCheckpointIsUsedAndDamagedOnesAreNamed() throws IOException {
        CheckpointStore store = new CheckpointStore(folder.resolve("checkpoints"));
        for (int step : List.of(1, 2, 5)) {
            store.write(step, null, null, target -> Files.writeString(target.resolve("state"), "state " + step));
        }
        assertThat(Files.readString(folder.resolve("checkpoints/LATEST"))).isEqualTo("step-000005\n");
        Files.writeString(folder.resolve("checkpoints/step-000005/state"), "state 6");
        Files.createDirectories(folder.resolve("checkpoints/.step-000007.x.partial"));

        List<String> remarks = new ArrayList<>();
        CheckpointStore.Checkpoint newest = store.newest("state", remarks).orElseThrow();

        assertThat(newest.step()).isEqualTo(2);
        assertThat(remarks).hasSize(1).first().asString().contains("step-000005 is damaged");
        assertThat(Files.readString(folder.resolve("checkpoints/LATEST"))).isEqualTo("step-000002\n");
        assertThat(store.list()).extracting(CheckpointStore.Checkpoint::step).containsExactly(1, 2);
        assertThat(folder.resolve("checkpoints/.step-000007.x.partial")).doesNotExist();
    }

    @Test
    void onlyTheNewestCheckpointsAreKeptWhereThatIsAsked() throws IOException {
        CheckpointStore store = new CheckpointStore(folder.resolve("checkpoints"));
        for (int step = 1; step <= 5; step++) {
            store.write(step, 2, null, target -> Files.writeString(target.resolve("state"), "x"));
        }

        assertThat(store.list()).extracting(CheckpointStore.Checkpoint::step).containsExactly(4, 5);
    }

    @Test
    void onlyTheNewestTwoCheckpointsKeepTheStateOfTraining() throws IOException {
        CheckpointStore store = new CheckpointStore(folder.resolve("checkpoints"));
        for (int step = 1; step <= 4; step++) {
            store.write(step, null, "state", target -> {
                Files.writeString(target.resolve("state"), "x");
                Files.writeString(target.resolve("adapter"), "x");
            });
        }

        for (CheckpointStore.Checkpoint checkpoint : store.list()) {
            assertThat(Manifest.complaint(checkpoint.path(), checkpoint.step())).isNull();
            assertThat(checkpoint.path().resolve("adapter")).exists();
            assertThat(Files.exists(checkpoint.path().resolve("state"))).isEqualTo(checkpoint.step() > 2);
        }
    }

    @Test
    void aCheckpointWithoutTheStateOfTrainingIsNotGoneOnFrom() throws IOException {
        CheckpointStore store = new CheckpointStore(folder.resolve("checkpoints"));
        store.write(1, null, null, target -> Files.writeString(target.resolve("adapter"), "x"));

        List<String> remarks = new ArrayList<>();
        assertThat(store.newest("state", remarks)).isEmpty();

        assertThat(remarks).singleElement().asString().contains("no state of training", "begins at step 1");
        assertThat(store.list()).isEmpty();
    }

    @Test
    void aCheckpointThatCannotBeWrittenLeavesNothing() throws IOException {
        CheckpointStore store = new CheckpointStore(folder.resolve("checkpoints"));
        store.write(1, null, null, target -> Files.writeString(target.resolve("state"), "x"));

        assertThatThrownBy(() -> store.write(2, 1, null, target -> {
                    Files.writeString(target.resolve("state"), "x");
                    throw new IOException("No space left on device");
                }))
                .isInstanceOf(IOException.class);

        assertThat(store.list()).extracting(CheckpointStore.Checkpoint::step).containsExactly(1);
        try (var children = Files.list(folder.resolve("checkpoints"))) {
            assertThat(children.map(path -> path.getFileName().toString()))
                    .containsExactlyInAnyOrder("LATEST", "step-000001");
        }
    }

    private RunDirectory open(String name, Existing existing) throws IOException {
        return RunDirectory.open(folder.resolve(name), existing, recipe(), this::origin);
    }

    /** A recipe that leaves nothing to be chosen when the run begins. */
    private static ResolvedRecipe recipe(String... more) {
        List<String> words = new ArrayList<>(List.of(
                "model=m", "data.train=d", "training.micro_batch_rows=2", "training.gradient_checkpointing=false"));
        words.addAll(List.of(more));
        return ResolvedRecipe.resolve(null, "lora32", words);
    }

    private Provenance origin(String yaml) throws IOException {
        return new Provenance(
                Provenance.KIND,
                Provenance.SCHEMA,
                "test",
                "2026-01-01T00:00:00Z",
                yaml,
                0,
                new Provenance.Base("m", null, new TreeMap<>()),
                List.of(),
                HostFacts.current(),
                List.of(),
                null);
    }

    private static StepMetrics metrics(int step) {
        return new StepMetrics(step, 0.1, 1e-5, 2, 30, 0.5, null, null);
    }
}
