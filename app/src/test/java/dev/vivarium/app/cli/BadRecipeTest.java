package dev.vivarium.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Recipe files with mistakes, through {@code vivarium train}: the line, the key and what was probably meant. */
final class BadRecipeTest {
    private final RunPlace run = new RunPlace();

    @TempDir
    Path folder;

    @AfterEach
    void removeRun() throws IOException {
        run.close();
    }

    static Stream<Arguments> recipes() {
        return Stream.of(
                recipe("leraning_rate: 1", "line 3: unknown key \"leraning_rate\"", "\"training.learning_rate\""),
                recipe("training:\n  leraning_rate: 1", "line 4", "(did you mean \"training.learning_rate\"?)"),
                recipe("trainig:\n  epochs: 1", "line 3: unknown key \"trainig\" (did you mean \"training\"?)"),
                recipe("lora:\n  zebra:\n    deeper: 1", "unknown key \"lora.zebra\"; the keys there are lora.r, "),
                recipe("zebra: 1", "unknown key \"zebra\"; the keys are preset, model, data.*"),
                recipe("x: 1", "unknown key \"x\"; the keys are"),
                recipe("training:\n  epochs: many", "line 4: training.epochs must be a whole number", "found \"many\""),
                recipe("training:\n  epochs: [1, 2]", "training.epochs must be a whole number"),
                recipe("training:\n  learning_rate: -1.0e-4", "must be a number above 0 to 1, found \"-1.0e-4\""),
                recipe("training:\n  learning_rate: .nan", "must be a number above 0 to 1"),
                recipe("training: 5", "training is a section; set one of its keys"),
                recipe("chat:\n  generation_prompt_quirk: yes", "must be true or false, found \"yes\""),
                recipe("preset: lora33", "unknown preset \"lora33\" (did you mean \"lora32\"?); presets are"),
                recipe("seed: 1\nseed: 2", "line 4: seed is given twice, first in line 3"),
                recipe("lora:\n  r: 1\nlora:\n  r: 2", "line 5: lora is given twice, first in line 3"),
                recipe("training:\n\tepochs: 1", "line 4: malformed YAML", "Do not use \\t(TAB) for indentation"),
                recipe("---\nmodel: x", "malformed YAML: expected a single document", "but found another"),
                recipe("seed: !!java.lang.Runtime {}", "line 3: malformed YAML: Global tag is not allowed"),
                recipe("seed: 'abc", "malformed YAML"),
                recipe(
                        "training:\n  per_device_train_batch_size: 65536\n  gradient_accumulation_steps: 65536",
                        "is 4294967296 rows a step; lower them"),
                recipe(
                        "training:\n  epochs: 100000\n  max_steps: 99999999999",
                        "training.max_steps must be a whole number"),
                recipe("method: full\nlora:\n  r: 3", "lora.r has no effect with method=full; remove one"),
                recipe(
                        "lora:\n  target_modules: [q_prj]",
                        "lora.target_modules: target module \"q_prj\" is not in the model (did you mean \"q_proj\"?)"),
                recipe(
                        "lora:\n  layers_to_transform: [9]",
                        "lora.layers_to_transform names block 9",
                        "has blocks 0 to 3"),
                recipe(
                        "method: steering\nsteering:\n  layer: 44",
                        "steering.layer names block 44",
                        "has blocks 0 to 3"),
                recipe("kl:\n  weight: 1", "kl.weight is 1.0 but kl.data is not set"));
    }

    @ParameterizedTest
    @MethodSource("recipes")
    void aMistakeIsNamedAndNothingIsWritten(String text, String[] fragments) throws IOException {
        String base = "model: " + TinyModel.write(folder) + "\ndata.train: " + TinyModel.data(folder, 3) + "\n";

        Refused.with(train(base + text + "\n"), fragments);

        assertThat(run.directory()).doesNotExist();
    }

    @Test
    void aRecipeThatSaysNothingIsToldWhatItNeeds() throws IOException {
        Refused.with(
                train(""), "recipe.yaml: model is not set; name a model directory, such as model=models/mini-base");
        Refused.with(train("# nothing\n"), "model is not set");
        Refused.with(
                train("model: m\n"), "data.train is not set; name a chat JSONL file, such as data.train=rows.jsonl");
        Refused.with(train("hello\n"), "line 1: expected keys with values, such as \"model: DIR\"");
        Refused.with(train("- a\n"), "line 1: expected keys with values");
    }

    @Test
    void namesOutOfARecipeCannotMoveTheCursorOrBreakTheSentence() throws IOException {
        Refused.with(train("model: \"m\\e[31m\\nx\"\ndata.train: d\n"), "m?[31m?x: no such model directory");
        Refused.with(train("model: \"m\\0\"\ndata.train: d\n"), "\"m?\" is no path");
    }

    @Test
    void filesThatAreNoRecipeAreNamed() throws IOException {
        Path latin = folder.resolve("latin.yaml");
        Files.writeString(latin, "model: \u00fc\n", StandardCharsets.ISO_8859_1);
        Path large = Files.writeString(folder.resolve("large.yaml"), "a".repeat(2_000_000));

        Refused.with(Call.of("train", latin.toString()), "latin.yaml: not UTF-8");
        Refused.with(Call.of("train", large.toString()), "large.yaml: malformed YAML", "exceeds the limit");
        Refused.with(Call.of("train", "--name", "x", folder.toString()), ": is a directory; name a YAML file");
        Refused.with(Call.of("train", "none.yaml"), "none.yaml: no such recipe file", "mini-lora32");
        Refused.with(Call.of("train", "lora.r"), "lora.r: no such recipe file", "write values as key.path=value");
    }

    @Test
    void aDeviceThatIsNotThereIsNamedAndNothingIsWritten() throws IOException {
        String base = "model: " + TinyModel.write(folder) + "\ndata.train: " + TinyModel.data(folder, 3) + "\n";
        String recipe = Files.writeString(folder.resolve("recipe.yaml"), base).toString();
        Refused.with(
                Call.of("train", recipe, "--name", run.name(), "--device", "tpu"),
                "device \"tpu\" is not known; use cpu, cuda or cuda:N");
        Refused.with(Call.of("train", recipe, "--name", run.name(), "--device", "cuda:99"), "device cuda:99");
        assertThat(run.directory()).doesNotExist();
    }

    @Test
    void wordsOfTheCommandLineAreReadAsStrictly() {
        Refused.with(Call.of("train", "lora.r=abc"), "command line: lora.r must be a whole number from 1 to 4096");
        Refused.with(Call.of("train", "=5"), "\"=5\" is no override; write key.path=value");
        Refused.with(Call.of("train", "seed=99999999999999999999"), "command line: seed must be a whole number");
    }

    private Call train(String recipe) throws IOException {
        Path file = Files.writeString(folder.resolve("recipe.yaml"), recipe);
        return Call.of("train", file.toString(), "--name", run.name());
    }

    private static Arguments recipe(String text, String... fragments) {
        return Arguments.of(text, fragments);
    }
}
