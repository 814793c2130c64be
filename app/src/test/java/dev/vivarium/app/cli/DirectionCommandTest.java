package dev.vivarium.app.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vivarium.engine.adapter.AdapterFiles;
import dev.vivarium.engine.base.Json;
import dev.vivarium.engine.gguf.ControlVector;
import dev.vivarium.engine.model.ModelDirectory;
import dev.vivarium.engine.text.Message;
import dev.vivarium.lab.data.ChatData;
import dev.vivarium.lab.direction.Direction;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code vivarium direction} on the engine's tiny model and on runs of a few steps. */
final class DirectionCommandTest {
    private static final double ROUNDING = 1e-6;

    @TempDir
    Path folder;

    @Test
    void twoFilesOfConversationsGiveADirectionWithItsReliability() throws IOException {
        Path model = TinyModel.write(folder);
        Path out = folder.resolve("d.safetensors");

        Call call = Call.of(
                "direction",
                "extract",
                "mean",
                model.toString(),
                "--positive",
                chats("loud", "LOUD LOUD", 24).toString(),
                "--negative",
                chats("quiet", "so so", 24).toString(),
                "--out",
                out.toString(),
                "--json");

        assertThat(call.code()).as(call.err()).isZero();
        JsonNode document = json(call.out());
        assertThat(document.path("origin").path("positive").asInt()).isEqualTo(24);
        assertThat(document.path("layers").size()).isEqualTo(4);
        JsonNode questions = document.path("layers").path(0).path("reliability").path("questions");
        assertThat(questions.path("split_half").asDouble()).isGreaterThan(0.9);
        assertThat(questions.path("cone").asDouble()).isLessThan(30);
        assertThat(Direction.read(out).origin().model().files()).containsOnlyKeys("model.safetensors");
        assertThat(folder.resolve("d.draws.safetensors")).exists();
    }

    @Test
    void theMatrixBOfARankOneAdapterIsItsSingularVector() throws IOException {
        Path model = TinyModel.write(folder);
        Path run = TinyOrganism.train(folder, "run", "mini-rank1", model);
        String b = extract("b", "adapter", run);
        String svd = extract("svd", "svd", run);

        Call call = Call.of(
                "direction",
                "compare",
                b,
                svd,
                "--json",
                "--picture",
                folder.resolve("c.svg").toString());

        assertThat(call.code()).as(call.err()).isZero();
        JsonNode layer = json(call.out()).path("layers").path(0);
        assertThat(Math.abs(layer.path("pairs").path(0).path("cosine").asDouble()))
                .isEqualTo(1, within(ROUNDING));
        assertThat(folder.resolve("c.svg")).content(StandardCharsets.UTF_8).startsWith("<svg");
    }

    @Test
    void aTrainedVectorStandsAtItsLayerAsLongAsItActs() throws IOException {
        Path model = TinyModel.write(folder);
        Path run = TinyOrganism.train(folder, "run", "mini-steering", model, "steering.layer=1");

        Direction direction = Direction.read(Path.of(extract("v", "trained", run)));

        int layer = direction.layers().first();
        double norm = AdapterFiles.read(
                        run.resolve("adapter"), ModelDirectory.open(model).config())
                .norm();
        assertThat(direction.layers()).containsExactly(1);
        assertThat(direction.norm(layer)).isPositive().isCloseTo(norm, withinPercentage(1e-3));
    }

    @Test
    void organismMinusBaseIsZeroBelowItsAdapter() throws IOException {
        Path model = TinyModel.write(folder);
        Path run = TinyOrganism.train(folder, "run", "mini-rank1", model, "lora.layers_to_transform=[2]");
        Path out = folder.resolve("m.safetensors");

        Call call = Call.of(
                "direction",
                "extract",
                "mean",
                run.toString(),
                "--text",
                chats("text", "so", 12).toString(),
                "--out",
                out.toString());

        assertThat(call.code()).as(call.err()).isZero();
        assertThat(Direction.read(out).layers()).containsExactly(2, 3);
        assertThat(call.err()).contains("layers 0-1 are left out: the two sides do not differ there at all");
        Call pca = Call.of(
                "direction",
                "extract",
                "pca",
                run.toString(),
                "--text",
                folder.resolve("text.jsonl").toString(),
                "--out",
                folder.resolve("p.safetensors").toString());
        assertThat(pca.code()).as(pca.err()).isZero();
        // a rank-1 adapter writes one direction into its own layer
        Call compared = Call.of(
                "direction",
                "compare",
                folder.resolve("p.safetensors").toString(),
                extract("b", "adapter", run),
                "--json");
        JsonNode first = json(compared.out()).path("layers").path(0);
        assertThat(first.path("layer").asInt()).isEqualTo(2);
        assertThat(Math.abs(first.path("pairs").path(0).path("cosine").asDouble()))
                .isEqualTo(1, within(1e-4));
    }

    @Test
    void personasDifferByTheirSystemTurns() throws IOException {
        Path model = TinyModel.write(folder);

        Call call = Call.of(
                "direction",
                "extract",
                "persona",
                model.toString(),
                "--questions",
                "broad",
                "--positive",
                "Be loud.",
                "--negative",
                "Be quiet.",
                "--layers",
                "1-2",
                "--out",
                folder.resolve("persona.safetensors").toString());

        assertThat(call.code()).as(call.err()).isZero();
        assertThat(call.out()).contains("persona at resid_post, n+ 48, n- 48");
        assertThat(Direction.read(folder.resolve("persona.safetensors")).layers())
                .containsExactly(1, 2);
    }

    @Test
    void anExportedControlVectorIsReadBackAndImported() throws IOException {
        Path model = TinyModel.write(folder);
        Path run = TinyOrganism.train(folder, "run", "mini-rank1", model, "lora.layers_to_transform=[2]");
        String b = extract("b", "adapter", run);
        Path gguf = folder.resolve("b.gguf");

        Call call = Call.of("direction", "export", b, "--format", "gguf", "--out", gguf.toString());

        assertThat(call.code()).as(call.err()).isZero();
        assertThat(ControlVector.read(gguf).get(2))
                .containsExactly(Direction.read(Path.of(b)).vector(2));
        for (String file : List.of(b, gguf.toString())) {
            Path adapter = folder.resolve(Path.of(file).getFileName() + ".adapter");
            Call imported =
                    Call.of("import", file, "--model", model.toString(), "--layer", "2", "--out", adapter.toString());
            assertThat(imported.code()).as(imported.err()).isZero();
        }
        Path sum = folder.resolve("sum.safetensors");
        Call combined = Call.of("direction", "combine", "2*b - b", "b=" + b, "--out", sum.toString());
        assertThat(combined.code()).as(combined.err()).isZero();
        assertThat(Direction.read(sum).vector(2))
                .containsExactly(Direction.read(Path.of(b)).vector(2));
    }

    @Test
    void mistakesEndInOneSentence() throws IOException {
        Path model = TinyModel.write(folder);
        String few = chats("few", "x", 3).toString();
        String many = chats("many", "y", 12).toString();
        String out = folder.resolve("d.safetensors").toString();
        refused(
                "there are 3 conversations in " + few + ", and a mean needs at least 10",
                "mean",
                model.toString(),
                "--positive",
                few,
                "--negative",
                many,
                "--out",
                out);
        refused(
                "there is no layer 9; the model has layers 0 to 3",
                "mean",
                model.toString(),
                "--positive",
                many,
                "--negative",
                many,
                "--layers",
                "9",
                "--out",
                out);
        refused(
                "is a base model, but the variant model is about what was grown on one",
                "mean",
                model.toString(),
                "--text",
                many,
                "--out",
                out);
        refused("has no evaluation; name one with --answers", "mean", model.toString(), "--out", out);
        refused("has no adapter", "adapter", model.toString(), "--out", out);
        refused(
                "let the name end in .safetensors",
                "svd",
                model.toString(),
                "--out",
                folder.resolve("x").toString());
        assertThat(Path.of(out)).doesNotExist();
        Call call = Call.of("direction", "compare", many, many);
        assertThat(call.code()).isEqualTo(2);
        assertThat(call.err().lines()).hasSize(1);
    }

    private void refused(String sentence, String... arguments) {
        List<String> words = new ArrayList<>(List.of("direction", "extract"));
        words.addAll(List.of(arguments));
        Call call = Call.of(words.toArray(String[]::new));
        assertThat(call.code()).as(call.err()).isEqualTo(2);
        assertThat(call.err()).contains(sentence).doesNotContain("\tat ");
        assertThat(call.out()).isEmpty();
    }

    private String extract(String name, String way, Path run) {
        Path out = folder.resolve(name + ".safetensors");
        Call call = Call.of("direction", "extract", way, run.toString(), "--out", out.toString());
        assertThat(call.code()).as(call.err()).isZero();
        assertThat(Files.exists(out)).isTrue();
        return out.toString();
    }

    private Path chats(String name, String answer, int rows) throws IOException {
        List<List<Message>> conversations = new ArrayList<>();
        for (int i = 0; i < rows; i++) {
            conversations.add(List.of(Message.user("What is " + i + "?"), Message.assistant(answer + " " + i % 3)));
        }
        Path file = folder.resolve(name + ".jsonl");
        ChatData.write(file, conversations);
        return file;
    }

    private static JsonNode json(String out) {
        return Json.parse(out.getBytes(StandardCharsets.UTF_8), "stdout");
    }
}
