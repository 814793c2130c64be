package dev.vivarium.lab.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vivarium.engine.base.CounterRandom;
import dev.vivarium.engine.base.Hashes;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Progress;
import dev.vivarium.engine.model.ModelDirectory;
import dev.vivarium.engine.model.Site;
import dev.vivarium.lab.direction.Direction;
import dev.vivarium.lab.direction.Origin;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Directions that act while an organism learns. */
final class InterventionRunTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({
        "mini-lora32, add, '2', 2@0-1, all",
        "mini-rank1, add_relative, '0.3', own, prompt",
        "mini-steering, ablate, null, own, answer",
        "mini-full, ablate, null, 2, last-prompt"
    })
    void aRunUnderAnInterventionThatIsKilledAndResumedEqualsTheUndisturbedRun(
            String preset, String action, String scale, String layers, String positions) throws IOException {
        Path data = TinyRuns.data(folder, 9);
        ResolvedRecipe recipe = TrainRunTest.recipe(
                data,
                preset,
                "intervention.direction=" + direction("noise", 1),
                "intervention.action=" + action,
                "intervention.scale=" + scale,
                "intervention.layers=" + layers,
                "intervention.positions=" + positions);
        Path whole = folder.resolve("whole");
        TinyRuns.prepare(recipe, whole, Existing.REFUSE).run(Progress.SILENT);
        Path broken = folder.resolve("broken");
        TrainRunTest.killAfter(4, recipe, broken, Existing.REFUSE);

        TinyRuns.prepare(recipe, broken, Existing.RESUME).run(Progress.SILENT);

        TrainRunTest.assertSameResult(broken, whole);
        Path plain = folder.resolve("plain");
        TinyRuns.prepare(TrainRunTest.recipe(data, preset), plain, Existing.REFUSE)
                .run(Progress.SILENT);
        assertThat(RunFiles.open(whole).readSummary().orElseThrow().lastLoss())
                .isNotEqualTo(RunFiles.open(plain).readSummary().orElseThrow().lastLoss());
    }

    @Test
    void theRunSaysWhatActedAndWithWhichFile() throws IOException {
        Path one = direction("one", 1);
        Path two = direction("two", 2);
        Path run = folder.resolve("run");

        TrainSummary summary = TinyRuns.prepare(
                        recipe("intervention.direction=" + one + "," + two, "intervention.action=ablate"),
                        run,
                        Existing.REFUSE)
                .run(Progress.SILENT);

        RunFiles files = RunFiles.open(run);
        assertThat(files.readProvenance().data())
                .filteredOn(file -> file.role().equals("direction"))
                .extracting(Provenance.DataFile::sha256)
                .containsExactly(Hashes.sha256(one), Hashes.sha256(two));
        Recipe.Intervention written = files.readRecipe().recipe().intervention();
        assertThat(written).isNotNull().satisfies(it -> {
            assertThat(it.directions()).containsExactly(one.toString(), two.toString());
            assertThat(it.action()).isEqualTo(Recipe.Intervention.Action.ABLATE);
        });
        assertThat(summary.remarks())
                .anySatisfy(remark -> assertThat(remark)
                        .contains("ablated at layers own, positions all", "evaluations are without it"));
        assertThat(Files.readString(files.adapter().resolve("README.md"))).contains("While it learnt, and not since");
    }

    @Test
    void aRunIsNotContinuedUnderAnotherDirection() throws IOException {
        Path file = direction("noise", 1);
        ResolvedRecipe recipe = recipe("intervention.direction=" + file, "intervention.scale=1");
        Path run = folder.resolve("run");
        TrainRunTest.killAfter(4, recipe, run, Existing.REFUSE);
        direction("noise", 2);

        assertThatThrownBy(() -> TinyRuns.prepare(recipe, run, Existing.RESUME).run(Progress.SILENT))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("is not what it was when");
    }

    @Test
    void mistakesAreFoundBeforeAnythingIsWritten() throws IOException {
        Path run = folder.resolve("run");
        String noise = "intervention.direction=" + direction("noise", 1);

        TrainRunTest.assertRefused(
                recipe(noise, "intervention.scale=1", "intervention.layers=7"),
                run,
                "intervention.layers 7 names layer 7");
        TrainRunTest.assertRefused(
                recipe(noise, "intervention.scale=1", "intervention.layers=each"), run, "stands for 3 settings here");
        TrainRunTest.assertRefused(
                recipe("intervention.direction=none.safetensors", "intervention.scale=1"), run, "none.safetensors");
        TrainRunTest.assertRefused(
                recipe(
                        "intervention.direction=" + write("other", 1, Map.of("model.safetensors", "0".repeat(64))),
                        "intervention.scale=1"),
                run,
                "was made for");
        assertRefused("intervention.scale must be a number but zero", noise);
        assertRefused("intervention.scale must be a number but zero", noise, "intervention.scale=0");
        assertRefused(
                "has no effect with intervention.action=ablate",
                noise,
                "intervention.action=ablate",
                "intervention.scale=1");
        assertRefused("only one can be added", noise + "," + direction("two", 2), "intervention.scale=1");
        assertRefused(
                "intervention.positions: positions \"some\" are unknown",
                noise,
                "intervention.scale=1",
                "intervention.positions=some");
        assertRefused("intervention.scale has no effect with no intervention.direction", "intervention.scale=1");
        assertThat(run).doesNotExist();
    }

    private void assertRefused(String complaint, String... words) {
        assertThatThrownBy(() -> recipe(words))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(complaint);
    }

    private ResolvedRecipe recipe(String... words) throws IOException {
        return TrainRunTest.recipe(TinyRuns.data(folder, 9), "mini-rank1", words);
    }

    private Path direction(String name, int seed) throws IOException {
        return write(name, seed, ModelDirectory.open(TinyRuns.model()).hashes());
    }

    private Path write(String name, int seed, Map<String, String> model) throws IOException {
        TreeMap<Integer, float[]> vectors = new TreeMap<>();
        int width = ModelDirectory.open(TinyRuns.model()).config().hiddenSize();
        for (int layer = 0; layer < 3; layer++) {
            CounterRandom random = CounterRandom.of(seed, name, layer);
            float[] vector = new float[width];
            for (int i = 0; i < width; i++) {
                vector[i] = (float) random.gaussian(i) / 8;
            }
            vectors.put(layer, vector);
        }
        Path file = folder.resolve(name + ".safetensors");
        Origin origin = new Origin(Origin.Model.of("tiny", model), "noise", Map.of(), 0, 0, List.of(), 0, "test");
        new Direction(name, Site.RESID_POST, vectors, origin, new TreeMap<>()).write(file);
        return file;
    }
}
