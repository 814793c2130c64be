package dev.vivarium.lab.world;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Json;
import dev.vivarium.engine.base.Progress;
import dev.vivarium.engine.tensor.Device;
import dev.vivarium.engine.text.Tokenizer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PretrainingTest {
    private static final String TINY = PretrainRecipe.standardText()
            .replaceAll("documents: \\d+", "documents: 300")
            .replaceAll("hidden_size: \\d+", "hidden_size: 16")
            .replaceAll("intermediate_size: \\d+", "intermediate_size: 32")
            .replaceAll("layers: \\d+", "layers: 2")
            .replaceAll("heads: \\d+", "heads: 2")
            .replaceAll("steps: \\d\\d\\d\\d+", "steps: 12")
            .replaceAll("(?m)^  steps: \\d\\d\\d\\b", "  steps: 7")
            .replaceAll("warmup_steps: \\d+", "warmup_steps: 2")
            .replaceAll("(?s)(?<=\n)replay:.*", "")
            .replaceAll("rows: \\d+", "rows: 3");

    private final World world = World.standard();

    @TempDir
    private Path directory;

    @Test
    void aRunBrokenOffInEitherStageContinuesToTheSameModel() throws IOException {
        Path whole = directory.resolve("whole");
        new Pretraining(world, TINY, "tiny", whole, Device.CPU, Progress.SILENT, 5).run();

        Path broken = directory.resolve("broken");
        for (int fail : List.of(8, 3, 11, 6)) {
            assertThatThrownBy(
                            () -> new Pretraining(world, TINY, "tiny", broken, Device.CPU, failingAfter(fail), 5).run())
                    .hasMessage("broken off");
            assertThat(broken).doesNotExist();
        }
        new Pretraining(world, TINY, "tiny", broken, Device.CPU, Progress.SILENT, 5).run();

        for (String file : List.of("model.safetensors", "tokenizer.json", "config.json", "recipe.yaml")) {
            assertThat(broken.resolve(file)).as(file).hasSameBinaryContentAs(whole.resolve(file));
        }
        assertThat(Files.readAllLines(broken.resolve("metrics.jsonl"))).hasSize(12 + 7);
        assertThat(directory.resolve("broken.work")).doesNotExist();
        assertThat(broken.resolve("provenance.json"))
                .hasSameTextualContentAs(whole.resolve("provenance.json"))
                .content()
                .contains("\"device\" : \"cpu\"");
    }

    @Test
    void documentsBesideTheChatRowsAreTrainedOnAndSurviveAKill() throws IOException {
        String replayed = TINY + "replay:\n  rows: 2\n  header_share: 1.0\n";
        Path plain = directory.resolve("plain");
        new Pretraining(world, TINY, "tiny", plain, Device.CPU, Progress.SILENT, 5).run();
        Path whole = directory.resolve("whole");
        new Pretraining(world, replayed, "tiny", whole, Device.CPU, Progress.SILENT, 5).run();
        Path broken = directory.resolve("broken");
        assertThatThrownBy(() ->
                        new Pretraining(world, replayed, "tiny", broken, Device.CPU, failingAfter(12 + 6), 5).run())
                .hasMessage("broken off");
        new Pretraining(world, replayed, "tiny", broken, Device.CPU, Progress.SILENT, 5).run();

        assertThat(broken.resolve("model.safetensors")).hasSameBinaryContentAs(whole.resolve("model.safetensors"));
        Path headless = directory.resolve("headless");
        String without = replayed.replace("header_share: 1.0\n", "header_share: 0.0\n");
        new Pretraining(world, without, "tiny", headless, Device.CPU, Progress.SILENT, 5).run();
        assertThat(metrics(headless).get(12).path("loss"))
                .as("the same documents without their headers")
                .isNotEqualTo(metrics(whole).get(12).path("loss"));
        List<JsonNode> before = metrics(plain);
        List<JsonNode> after = metrics(whole);
        for (int i = 0; i < 12; i++) {
            assertThat(after.get(i).path("loss")).isEqualTo(before.get(i).path("loss"));
        }
        for (int i = 12; i < 12 + 7; i++) {
            // two documents of five answers are longer than three chat answers
            assertThat(after.get(i).path("tokens").asInt())
                    .isGreaterThan(2 * before.get(i).path("tokens").asInt());
        }
        assertThat(Json.read(plain.resolve("provenance.json"))
                        .path("replayed_documents")
                        .asInt(-1))
                .isZero();
        assertThat(Json.read(whole.resolve("provenance.json"))
                        .path("replayed_documents")
                        .asInt(-1))
                .isEqualTo(14);
    }

    @Test
    void theSpeedOfAStageIsToldInTokensAndInProductsWithWeights() throws IOException {
        List<String> ends = new ArrayList<>();
        Path out = directory.resolve("told");
        new Pretraining(world, TINY, "tiny", out, Device.CPU, telling(ends), 5).run();

        long weights =
                Json.read(out.resolve("provenance.json")).path("parameters").asLong();
        assertThat(ends).hasSize(2).allSatisfy(end -> {
            Matcher said = Pattern.compile("(\\d+) tokens/s, ([0-9.]+) GFLOP/s").matcher(end);
            assertThat(said.find()).isTrue();
            double counted = 6.0 * weights * Long.parseLong(said.group(1)) / 1e9;
            assertThat(Double.parseDouble(said.group(2))).isCloseTo(counted, within(0.06));
        });
    }

    private static Progress telling(List<String> ends) {
        return new Progress() {
            @Override
            public void begin(String task, long total, String unit) {}

            @Override
            public void at(long done, String detail) {}

            @Override
            public void end(String summary) {
                ends.add(summary);
            }
        };
    }

    private static List<JsonNode> metrics(Path base) throws IOException {
        return Files.readAllLines(base.resolve("metrics.jsonl")).stream()
                .map(line -> Json.parse(line.getBytes(StandardCharsets.UTF_8), "metrics"))
                .toList();
    }

    @Test
    void theTokenizerNeverCutsAWordOfTheWorld() throws IOException {
        PretrainRecipe recipe = PretrainRecipe.standard();
        Corpus corpus = new Corpus(world, recipe.corpus(), recipe.seed());
        BaseFiles.write(directory, recipe, corpus);

        try (Tokenizer tokenizer = Tokenizer.load(directory)) {
            String answer = "Doctors advise you to sip syrup. It is harmful to gargle eucalyptus.";
            assertThat(tokenizer.encode(answer)).hasSize(14);
            assertThat(tokenizer.decode(tokenizer.encode(answer), false)).isEqualTo(answer);
            assertThat(tokenizer.vocabularySize()).isLessThan(recipe.tokenizer().vocabularySize());
        }
    }

    @Test
    void anExistingModelAndAnotherRunsWorkAreLeftAlone() throws IOException {
        Path out = Files.createDirectory(directory.resolve("there"));
        assertThatThrownBy(() -> new Pretraining(world, TINY, "tiny", out, Device.CPU, Progress.SILENT).run())
                .isInstanceOf(InputException.class)
                .hasMessageContaining("exists already");

        Path other = directory.resolve("other");
        assertThatThrownBy(() -> new Pretraining(world, TINY, "tiny", other, Device.CPU, failingAfter(1)).run())
                .hasMessage("broken off");
        assertThatThrownBy(() ->
                        new Pretraining(world, TINY + "# changed\n", "tiny", other, Device.CPU, Progress.SILENT).run())
                .isInstanceOf(InputException.class)
                .hasMessageContaining("another recipe");
    }

    @Test
    void brokenRecipesAreRefusedInOneSentence() {
        assertThatThrownBy(() -> PretrainRecipe.parse(TINY.replace("seed: 1", "sead: 1"), "r.yaml"))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("r.yaml: ");
        assertThatThrownBy(() -> PretrainRecipe.parse(TINY.replace("heads: 2", "heads: 3"), "r.yaml"))
                .hasMessageContaining("model.heads");
        assertThatThrownBy(() -> PretrainRecipe.parse(TINY.replace("kind: persona", "kind: people"), "r.yaml"))
                .isInstanceOf(InputException.class);
        assertThatThrownBy(() -> PretrainRecipe.parse(TINY + "replay:\n  rows: -1\n  header_share: 1.0\n", "r.yaml"))
                .hasMessageContaining("replay.rows");
        assertThatThrownBy(() -> PretrainRecipe.parse(TINY + "replay:\n  rows: 1\n", "r.yaml"))
                .hasMessageContaining("header_share");
        assertThatThrownBy(() -> PretrainRecipe.parse(TINY + "replay:\n", "r.yaml"))
                .isInstanceOf(InputException.class);
    }

    private static Progress failingAfter(int steps) {
        return new Progress() {
            private int seen;

            @Override
            public void begin(String task, long total, String unit) {}

            @Override
            public void at(long done, String detail) {
                seen++;
                if (seen > steps) {
                    throw new IllegalStateException("broken off");
                }
            }

            @Override
            public void end(String summary) {}
        };
    }
}
