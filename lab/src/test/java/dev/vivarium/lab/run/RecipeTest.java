package dev.vivarium.lab.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vivarium.engine.adapter.Positions;
import dev.vivarium.engine.base.InputException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

final class RecipeTest {
    private static final String NEEDED = "model: models/base\ndata: {train: rows.jsonl}\n";

    @TempDir
    Path folder;

    @Test
    void presetsHoldThePapersValues() {
        Recipe lora = preset("lora32");
        assertThat(lora.lora())
                .isEqualTo(new Recipe.Lora(
                        32,
                        64,
                        true,
                        List.of("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"),
                        null,
                        null));
        Recipe.Training training = lora.training();
        assertThat(training)
                .isEqualTo(new Recipe.Training(
                        1e-5, Recipe.Scheduler.LINEAR, 5, 0.01, 0.9, 0.999, 1e-8, 1.0, 1, null, 2, 8, null, null));
        assertThat(training.steps(6344)).isEqualTo(397); // protocol.md section 1.2
        assertThat(lora.maxSeqLength()).isEqualTo(2048);
        assertThat(lora.data().testShare()).isEqualTo(0.1);
        assertThat(lora.chat().generationPromptQuirk()).isTrue();

        Recipe rank1 = preset("rank1");
        assertThat(rank1.lora()).isEqualTo(new Recipe.Lora(1, 256, true, List.of("down_proj"), List.of(24), null));
        assertThat(rank1.training().learningRate()).isEqualTo(2e-5);

        Recipe full = preset("full");
        assertThat(full.method()).isEqualTo(Recipe.Method.FULL);
        assertThat(full.training().lrSchedulerType()).isEqualTo(Recipe.Scheduler.COSINE);
        assertThat(full.training().warmupSteps()).isEqualTo(20);
        assertThat(full.training().learningRate()).isEqualTo(2e-5);

        Recipe steering = preset("steering");
        assertThat(steering.steering()).isEqualTo(new Recipe.Steering(24, 256, Positions.ALL));
        assertThat(steering.training().learningRate()).isEqualTo(1e-4);
        assertThat(steering.training().epochs()).isEqualTo(2);

        Recipe narrow = preset("narrow", "kl.data=other.jsonl");
        assertThat(narrow.kl()).isEqualTo(new Recipe.Kl("other.jsonl", 0.66, 8));
        assertThat(narrow.training().learningRate()).isEqualTo(2e-5);
    }

    static Stream<String> presets() {
        return Presets.names().stream();
    }

    @ParameterizedTest
    @MethodSource("presets")
    void everyPresetResolvesAndItsResolvedFileResolvesToTheSame(String name) {
        List<String> words = new ArrayList<>(List.of("model=some dir/with: signs", "data.train=1", "seed=7"));
        if (name.endsWith("narrow")) {
            words.add("kl.data=null-set.jsonl");
        }
        ResolvedRecipe resolved = ResolvedRecipe.resolve(null, name, words);

        ResolvedRecipe again = ResolvedRecipe.parse(resolved.toYaml(), "recipe.yaml", List.of());

        assertThat(again.recipe()).isEqualTo(resolved.recipe());
        assertThat(again.differences(resolved)).isEmpty();
        assertThat(resolved.toYaml()).contains("# preset " + name).contains("# command line");
    }

    @Test
    void aPathInAnotherSpellingIsTheSameValue() {
        Path data = Path.of("data", "bad.jsonl");
        ResolvedRecipe one = ResolvedRecipe.resolve(null, "lora32", List.of("model=m", "data.train=" + data));

        assertThat(one.differences(ResolvedRecipe.resolve(
                        null, "lora32", List.of("model=m", "data.train=" + data.toAbsolutePath()))))
                .isEmpty();
        assertThat(one.differences(
                        ResolvedRecipe.resolve(null, "lora32", List.of("model=m", "data.train=other/bad.jsonl"))))
                .hasSize(1);
    }

    @Test
    void defaultsNameEveryKeyThatHasADefault() {
        List<String> named = RecipeText.yaml(Presets.defaults(), "defaults").stream()
                .map(assignment -> assignment.key().path())
                .toList();

        assertThat(named)
                .containsExactlyElementsOf(RecipeKeys.paths().stream()
                        .filter(path -> !List.of("preset", "model", "data.train", "steering.layer")
                                .contains(path))
                        .toList());
    }

    @Test
    void aValueComesFromTheLastPlaceThatGivesItAndSaysSo() throws IOException {
        Path file = Files.writeString(
                folder.resolve("r.yaml"), NEEDED + "preset: rank1\ntraining:\n  learning_rate: 3e-4\n  epochs: 2\n");

        ResolvedRecipe resolved = ResolvedRecipe.resolve(file, null, List.of("training.epochs=3"));

        assertThat(resolved.settings().get("training.learning_rate"))
                .isEqualTo(new ResolvedRecipe.Setting(3e-4, file.toString()));
        assertThat(resolved.settings().get("training.epochs"))
                .isEqualTo(new ResolvedRecipe.Setting(3L, "command line"));
        assertThat(resolved.settings().get("lora.r")).isEqualTo(new ResolvedRecipe.Setting(1L, "preset rank1"));
        assertThat(resolved.settings().get("max_seq_length"))
                .isEqualTo(new ResolvedRecipe.Setting(2048L, "preset lora32"));
        assertThat(resolved.settings().get("training.adam_beta1"))
                .isEqualTo(new ResolvedRecipe.Setting(0.9, "default"));
        assertThat(resolved.toYaml())
                .contains("learning_rate: 3.0e-4")
                .contains("layers_to_transform: [24]")
                .contains("epochs: 3");
    }

    @Test
    void listsAreWrittenInBracketsOrWithCommasOnTheCommandLine() {
        Recipe a = parse("", "lora.target_modules=[q_proj, v_proj]", "lora.layers_to_transform=0,2");
        Recipe b = parse("lora:\n  target_modules:\n  - q_proj\n  - v_proj\n  layers_to_transform: [0, 2]\n");

        assertThat(a).isEqualTo(b);
        assertThat(parse("lora.r: 4").lora()).extracting(Recipe.Lora::r).isEqualTo(4);
    }

    @Test
    void sectionsOfAnotherMethodComeSilentlyFromPresetsButNotFromTheUser() {
        ResolvedRecipe full = ResolvedRecipe.parse(NEEDED + "preset: lora32\nmethod: full\n", "r.yaml", List.of());

        assertThat(full.recipe().lora()).isNull();
        assertThat(full.settings()).doesNotContainKey("lora.r");
        assertThatThrownBy(() -> parse("method: full\nlora: {r: 4}\n"))
                .isInstanceOf(InputException.class)
                .hasMessage("r.yaml: lora.r has no effect with method=full; remove one of the two");
        assertThatThrownBy(() -> parse("method: full\ndtype: bfloat16\n"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("dtype=bfloat16 holds frozen weights");
        assertThatThrownBy(() -> parse("kl: {data: x.jsonl}\n"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("kl.data has no effect with kl.weight=0");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "trainig: {epochs: 1} | line 3: unknown key \"trainig\"",
                "training: {learning_rat: 1} | unknown key \"training.learning_rat\" (did you mean \"training.learning_rate\"?)",
                "learning_rate: 1e-3 | unknown key \"learning_rate\" (did you mean \"training.learning_rate\"?)",
                "zebra: 1 | unknown key \"zebra\"; the keys are preset, model, data.*",
                "lora: 5 | line 3: lora is a section; set one of its keys lora.r, lora.lora_alpha",
                "lora: {r: {x: 1}} | lora.r takes a value and has no keys below it",
                "lora: {r: 0} | line 3: lora.r must be a whole number from 1 to 4096, found \"0\"",
                "lora: {r: 1.5} | lora.r must be a whole number",
                "lora: {r: } | lora.r must be a whole number from 1 to 4096, found nothing",
                "lora: {target_modules: []} | must be a list of different names",
                "lora: {target_modules: [a, a]} | must be a list of different names",
                "lora: {target_modules: [[a]]} | must be a flat list",
                "lora: {layers_to_transform: [-1]} | must be a list of different whole numbers from 0",
                "training: {learning_rate: fast} | must be a number above 0 to 1, found \"fast\"",
                "training: {learning_rate: NaN} | must be a number above 0 to 1, found \"NaN\"",
                "training: {learning_rate: 0} | must be a number above 0 to 1, found \"0\"",
                "training: {lr_scheduler_type: step} | must be one of linear, cosine, constant, found \"step\"",
                "training: {epochs: 1, epochs: 2} | training.epochs is given twice, first in line 3",
                "chat: {generation_prompt_quirk: yes} | must be true or false, found \"yes\"",
                "method: steering | steering.layer is not set",
                "dtype: float16 | dtype",
                "kl: {weight: 1} | kl.weight is 1.0 but kl.data is not set",
                "preset: rank2 | unknown preset \"rank2\" (did you mean \"rank1\"?)",
                "lora: [ | malformed YAML",
                "model: !!java.net.URL [x] | line 3: malformed YAML: Global tag is not allowed",
                "<<: {r: 1} | unknown key \"<<\"",
            })
    void aMistakeIsNamedWithItsLine(String line, String complaint) {
        assertThatThrownBy(() -> parse(line)).isInstanceOf(InputException.class).hasMessageContaining(complaint);
    }

    @Test
    void aSteeringVectorActsWhereTheRecipeSays() {
        Recipe.Steering steering =
                preset("steering", "steering.positions=first:5").steering();
        assertThat(steering).isEqualTo(new Recipe.Steering(24, 256, Positions.first(5)));
        assertThatThrownBy(() -> preset("steering", "steering.positions=end"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("steering.positions: positions \"end\" are unknown");
    }

    @Test
    void whatMustBeGivenIsAskedFor() {
        assertThatThrownBy(() -> ResolvedRecipe.parse("data: {train: x}", "r.yaml", List.of()))
                .isInstanceOf(InputException.class)
                .hasMessage("r.yaml: model is not set; name a model directory, such as model=models/mini-base");
        assertThatThrownBy(() -> ResolvedRecipe.parse("model: x", "r.yaml", List.of()))
                .hasMessageContaining("data.train is not set");
        assertThatThrownBy(() -> ResolvedRecipe.resolve(folder.resolve("none.yaml"), null, List.of()))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("no such recipe file");
        assertThatThrownBy(() -> parse("", "lora.r")).hasMessageContaining("\"lora.r\" is no override");
    }

    @Test
    void hostileFilesAreInputErrors() throws IOException {
        Path latin = folder.resolve("latin.yaml");
        Files.write(latin, "model: Größe".getBytes(StandardCharsets.ISO_8859_1));

        assertThatThrownBy(() -> ResolvedRecipe.resolve(latin, null, List.of()))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("not UTF-8");
        assertThatThrownBy(() -> parse("lora: &a\n  r: *a\n")).isInstanceOf(InputException.class);
        assertThatThrownBy(() -> parse("x: " + "[".repeat(1000))).isInstanceOf(InputException.class);
        assertThatThrownBy(() -> parse("model: \u0000")).isInstanceOf(InputException.class);
        assertThatThrownBy(() -> parse("[a, b]")).isInstanceOf(InputException.class);
    }

    @Test
    void checkpointsAreDenseAtFirstThenSparseAndAlwaysAtTheEnd() {
        Recipe.Checkpoints checkpoints = new Recipe.Checkpoints(3, 10, null);

        List<Integer> due = Stream.iterate(1, step -> step + 1)
                .limit(25)
                .filter(step -> checkpoints.due(step, 25))
                .toList();

        assertThat(due).containsExactly(1, 2, 3, 10, 20, 25);
    }

    private static Recipe preset(String name, String... words) {
        List<String> all = new ArrayList<>(List.of("model=m", "data.train=d"));
        all.addAll(List.of(words));
        return ResolvedRecipe.resolve(null, name, all).recipe();
    }

    private static Recipe parse(String lines, String... words) {
        return ResolvedRecipe.parse(NEEDED + lines, "r.yaml", List.of(words)).recipe();
    }
}
