package dev.vivarium.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vivarium.engine.base.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Model directories that cannot be used, through {@code vivarium train}: a sentence, and no run directory is left. */
final class BadModelTest {
    private static final String WEIGHTS = "model.safetensors";

    private final RunPlace run = new RunPlace();

    @TempDir
    Path folder;

    @AfterEach
    void removeRun() throws IOException {
        run.close();
    }

    /** Spoils a good model directory. */
    @FunctionalInterface
    interface Spoiler {
        void spoil(Path model) throws IOException;
    }

    static Stream<Arguments> spoilers() {
        return Stream.of(
                spoiler("no weights", model -> Files.delete(model.resolve(WEIGHTS)), "neither model.safetensors nor"),
                spoiler("pickle", BadModelTest::onlyPickle, "pytorch_model.bin", "never read"),
                spoiler(
                        "torn weights",
                        model -> cut(model.resolve(WEIGHTS), 0.5),
                        WEIGHTS,
                        "torn",
                        "copy or download it again"),
                spoiler("empty weights", model -> cut(model.resolve(WEIGHTS), 0), "only 0 bytes"),
                spoiler("wrong shape", model -> set(model, "intermediate_size", 4096), "has shape [", "[4096, "),
                spoiler("too few tensors", model -> blocks(model, 77), "is missing", "same model"),
                spoiler(
                        "kinds of another number of layers",
                        model -> set(model, "num_hidden_layers", 77),
                        "layer_types names 4 layers but num_hidden_layers is 77"),
                spoiler("too many tensors", model -> blocks(model, 1), "\"model.layers.1.", "num_hidden_layers 1"),
                spoiler(
                        "missing tensor",
                        model -> replace(model, "model.norm.weight", "model.norm.wieght"),
                        "\"model.norm.weight\" is missing"),
                spoiler("whole numbers", model -> replace(model, "\"F32\"", "\"I32\""), "has type I32"),
                spoiler("huge sizes", model -> set(model, "hidden_size", 9_999_936), "has shape ["),
                spoiler(
                        "unknown family",
                        model -> set(model, "model_type", "mamba"),
                        "\"mamba\" is not supported; llama, qwen2, qwen3, gemma3_text and gemma3 are"),
                spoiler(
                        "family of the wrong kind",
                        model -> set(model, "model_type", 3),
                        "\"model_type\" must be a text; it is 3"),
                spoiler(
                        "no tokenizer",
                        model -> Files.delete(model.resolve("tokenizer.json")),
                        "tokenizer.json: no such file"),
                spoiler(
                        "torn tokenizer",
                        model -> cut(model.resolve("tokenizer.json"), 0.5),
                        "tokenizer.json: malformed JSON"),
                spoiler(
                        "no template",
                        model -> text(model, "tokenizer_config.json", "{}"),
                        "neither chat_template.jinja nor a chat_template"),
                spoiler(
                        "torn template",
                        model -> text(model, "chat_template.jinja", "{% for m in messages %}{{ m["),
                        "chat_template.jinja: the chat template cannot be rendered"),
                spoiler(
                        "template without contents",
                        model -> text(model, "chat_template.jinja", "hello"),
                        "does not appear once"),
                spoiler(
                        "torn config",
                        model -> text(model, "config.json", "{\"model_type\": \"llama\","),
                        "config.json: malformed JSON at line 1",
                        "correct the file or take it again"),
                spoiler("empty config", model -> text(model, "config.json", ""), "config.json: the file is empty"),
                spoiler("list as config", model -> text(model, "config.json", "[]"), "expected a JSON object"),
                spoiler(
                        "no config",
                        model -> Files.delete(model.resolve("config.json")),
                        "config.json: no such file; give a"),
                spoiler(
                        "torn generation config",
                        model -> text(model, "generation_config.json", "{"),
                        "generation_config.json"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("spoilers")
    void aModelThatCannotBeUsedIsNamedAndNothingIsWritten(String what, Spoiler spoiler, String[] fragments)
            throws IOException {
        Path model = TinyModel.write(folder);
        spoiler.spoil(model);

        Refused.with(train(model), fragments);

        assertThat(run.directory()).as(what).doesNotExist();
    }

    @Test
    void aMissingModelDirectoryIsNamed() throws IOException {
        TinyModel.write(folder);

        Refused.with(train(folder.resolve("none")), "none: no such model directory", "config.json, tokenizer.json");
        Refused.with(train(TinyModel.data(folder, 2)), "rows.jsonl: no such model directory");
    }

    @Test
    void aTornModelDoesNotCostTheRunThatForceWouldDelete() throws IOException {
        Path model = TinyModel.write(folder);
        assertThat(train(model).code()).isZero();
        cut(model.resolve(WEIGHTS), 0.5);

        Refused.with(train(model, "--force"), "torn");

        assertThat(run.directory().resolve("summary.json")).exists();
    }

    @Test
    void weightsThatAreNoNumbersEndTheWorkWithAdvice() throws IOException {
        Path model = TinyModel.write(folder);
        byte[] bytes = Files.readAllBytes(model.resolve(WEIGHTS));
        long header = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong(0);
        Arrays.fill(bytes, Math.toIntExact(8 + header), bytes.length, (byte) 0xff);
        Files.write(model.resolve(WEIGHTS), bytes);

        Call call = train(model);

        assertThat(call.code()).isEqualTo(ExitCode.FAILURE);
        assertThat(call.err())
                .contains("vivarium: step 1 gave loss NaN", "check the base model and the data")
                .doesNotContain("internal error", "\tat ");
    }

    private Call train(Path model, String... more) throws IOException {
        return Call.of(Stream.concat(
                        Stream.of(
                                "train",
                                "--preset",
                                "mini-rank1",
                                "--name",
                                run.name(),
                                "model=" + model,
                                "data.train=" + TinyModel.data(folder, 4),
                                "training.max_steps=1",
                                "training.warmup_steps=0"),
                        Stream.of(more))
                .toArray(String[]::new));
    }

    private static Arguments spoiler(String what, Spoiler spoiler, String... fragments) {
        return Arguments.of(what, spoiler, fragments);
    }

    private static void onlyPickle(Path model) throws IOException {
        Files.move(model.resolve(WEIGHTS), model.resolve("pytorch_model.bin"));
    }

    private static void cut(Path file, double part) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(bytes, (int) (bytes.length * part)));
    }

    private static void text(Path model, String file, String text) throws IOException {
        Files.writeString(model.resolve(file), text);
    }

    private static void blocks(Path model, int count) throws IOException {
        set(model, "num_hidden_layers", count);
        set(model, "layer_types", null);
    }

    private static void set(Path model, String key, @Nullable Object value) throws IOException {
        ObjectNode config = (ObjectNode) Json.read(model.resolve("config.json"));
        config.putPOJO(key, value);
        Json.write(model.resolve("config.json"), config);
    }

    /** Replaces text of equal length in the header of the weights, which leaves the file whole. */
    private static void replace(Path model, String text, String by) throws IOException {
        Path file = model.resolve(WEIGHTS);
        String bytes = Files.readString(file, StandardCharsets.ISO_8859_1);
        Files.writeString(file, bytes.replace(text, by), StandardCharsets.ISO_8859_1);
    }
}
