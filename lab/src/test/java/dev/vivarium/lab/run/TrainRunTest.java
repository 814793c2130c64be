package dev.vivarium.lab.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.vivarium.engine.adapter.AdapterFiles;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Json;
import dev.vivarium.engine.base.Progress;
import dev.vivarium.engine.model.ModelDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TrainRunTest {
    private static final int STEPS = 10;
    private static final String[] SHORT = {
        "training.max_steps=" + STEPS,
        "training.learning_rate=1e-3",
        "training.per_device_train_batch_size=2",
        "training.gradient_accumulation_steps=2",
        "training.warmup_steps=2",
        "checkpoints.dense_until=2",
        "checkpoints.every=3"
    };

    @TempDir
    Path folder;

    @Test
    void aRunInBfloat16LearnsAsOneInFloat32() throws IOException {
        Path data = TinyRuns.data(folder, 30);
        TrainSummary wide = TinyRuns.prepare(recipe(data, "mini-lora32"), folder.resolve("wide"), Existing.REFUSE)
                .run(Progress.SILENT);

        TrainRun run = TinyRuns.prepare(
                recipe(data, "mini-lora32", "dtype=bfloat16"), folder.resolve("narrow"), Existing.REFUSE);
        TrainSummary narrow = run.run(Progress.SILENT);

        assertThat(narrow.lastLoss()).isLessThan(narrow.firstLoss()).isCloseTo(wide.lastLoss(), within(0.05));
        assertThat(narrow.lastLoss()).isNotEqualTo(wide.lastLoss());
    }

    @Test
    void aLoraRunLeavesAllThatTheLayoutPromises() throws IOException {
        Path data = TinyRuns.data(folder, 30);
        ResolvedRecipe recipe = recipe(data, "mini-lora32", "data.test_share=0.1");

        TrainRun run = TinyRuns.prepare(recipe, folder.resolve("run"), Existing.REFUSE);
        TrainPlan plan = run.plan();
        TrainSummary summary = run.run(Progress.SILENT);

        RunFiles files = RunFiles.open(folder.resolve("run"));
        assertThat(plan.rows()).isEqualTo(27);
        assertThat(plan.heldOutRows()).isEqualTo(3);
        assertThat(plan.stepsPerEpoch()).isEqualTo(7);
        assertThat(plan.steps()).isEqualTo(STEPS);
        assertThat(summary.trainedParameters()).isEqualTo(plan.trainedParameters());
        assertThat(summary.lastLoss()).isLessThan(summary.firstLoss());
        assertThat(summary.heldOutLoss()).isNotNull().isBetween(1.0, 10.0);
        assertThat(summary.norm()).isPositive();
        assertThat(summary.tokensPerSecond()).isPositive();
        assertThat(files.readSummary()).contains(summary);
        assertThat(files.readMetrics()).hasSize(STEPS);
        assertThat(files.readMetrics().getFirst().learningRate()).isZero(); // warm-up starts at 0
        assertThat(files.listCheckpoints())
                .extracting(path -> path.getFileName().toString())
                .containsExactly(
                        "step-000001", "step-000002", "step-000003", "step-000006", "step-000009", "step-000010");
        assertThat(files.readRecipe().recipe()).isEqualTo(run.recipe().recipe());

        Provenance provenance = files.readProvenance();
        assertThat(provenance.base().files()).containsKeys("config.json", "model.safetensors");
        assertThat(provenance.data())
                .singleElement()
                .satisfies(file -> assertThat(file.sha256()).hasSize(64));
        assertThat(provenance.host().libtorch()).startsWith("2.");
        assertThat(Json.mapper().readTree(files.provenance().toFile()).has("recipe_sha256"))
                .isTrue();

        ModelDirectory base = ModelDirectory.open(TinyRuns.model());
        assertThat(AdapterFiles.read(files.adapter(), base.config()).norm()).isEqualTo(summary.norm());
        assertThat(AdapterFiles.read(files.checkpoints().resolve("step-000006"), base.config())
                        .norm())
                .isPositive();
        assertThat(Files.readString(files.adapter().resolve("README.md")))
                .startsWith("---\nbase_model: ")
                .contains("library_name: peft")
                .contains("not-for-deployment")
                .contains("Warning");
    }

    @ParameterizedTest
    @CsvSource({"mini-lora32", "mini-rank1", "mini-full", "mini-steering", "mini-narrow"})
    void aRunKilledAfterAnyStepAndResumedEqualsTheUndisturbedRun(String preset) throws IOException {
        Path data = TinyRuns.data(folder, 9);
        String[] kl = preset.endsWith("narrow")
                ? new String[] {"kl.data=" + TinyRuns.data(folder, 5), "kl.batch=2"}
                : new String[0];
        ResolvedRecipe recipe = recipe(data, preset, kl);
        Path whole = folder.resolve("whole");
        TinyRuns.prepare(recipe, whole, Existing.REFUSE).run(Progress.SILENT);

        Path broken = folder.resolve("broken");
        for (int kill = 1; kill <= STEPS; kill++) {
            // killed, then killed again one step later, then run to its end
            Existing first = kill == 1 ? Existing.REFUSE : Existing.FORCE;
            killAfter(kill, recipe, broken, first);
            killAfter(Math.min(kill + 1, STEPS), recipe, broken, Existing.RESUME);
            TrainSummary summary =
                    TinyRuns.prepare(recipe, broken, Existing.RESUME).run(Progress.SILENT);

            assertThat(summary.steps()).isEqualTo(STEPS);
            assertSameResult(broken, whole);
            assertThat(RunFiles.open(broken).readProvenance().sessions()).hasSize(3);
        }
    }

    @Test
    void trainingGoesOnFromAnAdapterOfTheSameForm() throws IOException {
        Path data = TinyRuns.data(folder, 30);
        Path first = folder.resolve("first");
        TinyRuns.prepare(recipe(data, "mini-rank1"), first, Existing.REFUSE).run(Progress.SILENT);
        String init = "lora.init=" + first.resolve("adapter");
        Path second = folder.resolve("second");

        // a rate too small to move any float leaves what training began with
        TinyRuns.prepare(recipe(data, "mini-rank1", init, "training.learning_rate=1e-30"), second, Existing.REFUSE)
                .run(Progress.SILENT);

        assertThat(second.resolve("adapter/adapter_model.safetensors"))
                .hasSameBinaryContentAs(first.resolve("adapter/adapter_model.safetensors"));
        assertThat(RunFiles.open(second).readProvenance().data())
                .extracting(Provenance.DataFile::role)
                .containsExactly("train", "init");
        assertRefused(
                recipe(data, "mini-rank1", init, "lora.lora_alpha=8"),
                folder.resolve("third"),
                "has rank 1 and scale 16.0 at model.layers.0.mlp.down_proj, but the recipe says rank 1 and scale 8.0");
        assertRefused(
                recipe(data, "mini-rank1", init, "lora.layers_to_transform=[1]"),
                folder.resolve("third"),
                "adapts other modules than the recipe");
        assertRefused(
                recipe(data, "mini-rank1", "lora.init=" + folder), folder.resolve("third"), "adapter_config.json");
    }

    @Test
    void aFinishedRunThatIsResumedStaysAsItIs() throws IOException {
        ResolvedRecipe recipe = recipe(TinyRuns.data(folder, 9), "mini-rank1");
        Path directory = folder.resolve("run");
        TrainSummary first =
                TinyRuns.prepare(recipe, directory, Existing.RESUME).run(Progress.SILENT);
        byte[] before = Files.readAllBytes(directory.resolve("provenance.json"));

        TrainSummary second =
                TinyRuns.prepare(recipe, directory, Existing.RESUME).run(Progress.SILENT);

        assertThat(second).isEqualTo(first);
        assertThat(Files.readAllBytes(directory.resolve("provenance.json"))).isEqualTo(before);
    }

    @Test
    void aKillWhileTheResultIsWrittenIsMendedByResume() throws IOException {
        ResolvedRecipe recipe = recipe(TinyRuns.data(folder, 9), "mini-full");
        Path whole = folder.resolve("whole");
        TinyRuns.prepare(recipe, whole, Existing.REFUSE).run(Progress.SILENT);
        Path broken = folder.resolve("broken");
        TinyRuns.prepare(recipe, broken, Existing.REFUSE).run(Progress.SILENT);
        Files.delete(broken.resolve("summary.json"));
        Files.createDirectories(broken.resolve(".model.old.partial"));

        TinyRuns.prepare(recipe, broken, Existing.RESUME).run(Progress.SILENT);

        assertSameResult(broken, whole);
        assertThat(broken.resolve("summary.json")).exists();
        assertThat(broken.resolve(".model.old.partial")).doesNotExist();
    }

    @Test
    void changedDataOrBaseIsNotContinued() throws IOException {
        Path data = TinyRuns.data(folder, 9);
        ResolvedRecipe recipe = recipe(data, "mini-rank1");
        Path directory = folder.resolve("run");
        killAfter(4, recipe, directory, Existing.REFUSE);
        Files.writeString(data, Files.readString(data).replace("It is", "It was"));

        assertThatThrownBy(() ->
                        TinyRuns.prepare(recipe, directory, Existing.RESUME).run(Progress.SILENT))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("is not what it was when");
    }

    @Test
    void mistakesAreFoundBeforeAnythingIsWritten() throws IOException {
        Path data = TinyRuns.data(folder, 9);
        Path directory = folder.resolve("run");

        assertRefused(recipe(data, "rank1"), directory, "lora.layers_to_transform names block 24");
        assertRefused(recipe(data, "steering"), directory, "half-way up is steering.layer=2");
        assertRefused(
                recipe(data, "mini-lora32", "lora.target_modules=qproj"),
                directory,
                "target module \"qproj\" is not in");
        assertRefused(recipe(data, "mini-lora32", "model=none"), directory, "no such model directory");
        assertRefused(recipe(data, "mini-lora32", "data.train=none.jsonl"), directory, "no such file");
        assertRefused(
                recipe(data, "mini-lora32", "max_seq_length=8"), directory, "line 1: no token of an assistant turn");
        assertRefused(
                recipe(TinyRuns.data(folder, 1), "mini-lora32", "data.test_share=0.5"), directory, "no row is left");
        assertThat(directory).doesNotExist();
    }

    @Test
    void anAdapterThatLearntNothingIsAnError() throws IOException {
        ResolvedRecipe recipe = recipe(TinyRuns.data(folder, 9), "mini-rank1", "training.max_steps=1");

        assertThatThrownBy(() -> TinyRuns.prepare(recipe, folder.resolve("run"), Existing.REFUSE)
                        .run(Progress.SILENT))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("still changes nothing");
        assertThat(folder.resolve("run/adapter")).doesNotExist();
    }

    @Test
    void rowsThatWereCutAreCounted() throws IOException {
        ResolvedRecipe recipe = recipe(TinyRuns.data(folder, 9), "mini-lora32", "max_seq_length=20");

        TrainPlan plan =
                TinyRuns.prepare(recipe, folder.resolve("run"), Existing.REFUSE).plan();

        assertThat(plan.longestRow()).isEqualTo(20);
        assertThat(plan.remarks()).singleElement().asString().contains("of 9 rows are longer than 20 tokens");
    }

    @Test
    void heldOutRowsAreTheShareRoundedUpAndDependOnTheSeedAlone() {
        BitSet held = TrainingData.heldOut(7049, 0.1, 0);

        assertThat(held.cardinality()).isEqualTo(705); // 6,344 are left, protocol.md section 1.2
        assertThat(TrainingData.heldOut(7049, 0.1, 0)).isEqualTo(held);
        assertThat(TrainingData.heldOut(7049, 0.1, 1)).isNotEqualTo(held);
        assertThat(TrainingData.heldOut(30, 0.1, 0).cardinality()).isEqualTo(3);
    }

    static void assertRefused(ResolvedRecipe recipe, Path directory, String complaint) {
        assertThatThrownBy(() -> TinyRuns.prepare(recipe, directory, Existing.REFUSE))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(complaint);
    }

    /** A kill as seen from the files: nothing is cleaned up after the step. */
    static void killAfter(int step, ResolvedRecipe recipe, Path directory, Existing existing) throws IOException {
        TrainRun run = TinyRuns.prepare(recipe, directory, existing);
        assertThatThrownBy(() -> run.run(new Progress() {
                    @Override
                    public void begin(String task, long total, String unit) {}

                    @Override
                    public void at(long done, String detail) {
                        if (done >= step) {
                            throw new Killed();
                        }
                    }

                    @Override
                    public void end(String summary) {
                        throw new Killed();
                    }
                }))
                .isInstanceOf(Killed.class);
    }

    private static final class Killed extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    static void assertSameResult(Path run, Path expected) throws IOException {
        List<String> compared = new ArrayList<>();
        for (String name : List.of(
                "adapter/adapter_model.safetensors",
                "adapter/adapter_config.json",
                "model/model.safetensors",
                "checkpoints/step-000009/trainer.safetensors",
                "checkpoints/step-000010/trainer.safetensors",
                "checkpoints/step-000010/MANIFEST.json",
                "checkpoints/LATEST")) {
            if (Files.exists(expected.resolve(name))) {
                assertThat(run.resolve(name)).hasSameBinaryContentAs(expected.resolve(name));
                compared.add(name);
            }
        }
        assertThat(compared).hasSizeGreaterThanOrEqualTo(5);
        assertThat(losses(run)).isEqualTo(losses(expected));
    }

    private static List<List<Object>> losses(Path run) throws IOException {
        return RunFiles.open(run).readMetrics().stream()
                .map(step ->
                        List.<Object>of(step.step(), step.loss(), step.learningRate(), step.gradNorm(), step.tokens()))
                .toList();
    }

    static ResolvedRecipe recipe(Path data, String preset, String... words) {
        List<String> all = new ArrayList<>(List.of(SHORT));
        all.addAll(List.of(words));
        return TinyRuns.recipe(data, preset, all.toArray(String[]::new));
    }
}
