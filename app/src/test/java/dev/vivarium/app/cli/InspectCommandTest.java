package dev.vivarium.app.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vivarium.engine.base.Json;
import dev.vivarium.lab.run.RunFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What inspect tells of the tiny model and of organisms of it. */
final class InspectCommandTest {
    private static final double ROUNDING = 1e-6;

    @TempDir
    Path folder;

    private static Call inspect(Path place, String... more) {
        Call call = Call.of(Words.of(List.of("inspect", place.toString()), more));
        assertThat(call.code()).as(call.err()).isZero();
        return call;
    }

    private static JsonNode json(Path place, String... more) {
        Call call = inspect(place, Words.of(List.of("--json"), more));
        assertThat(call.err()).isEmpty();
        return Json.parse(call.out().getBytes(StandardCharsets.UTF_8), "inspect");
    }

    private Path run(Path model, String preset, String... more) throws IOException {
        return TinyOrganism.train(folder, preset, preset, model, more);
    }

    @Test
    void aModelIsToldBySizesFilesTokensAndTemplate() throws IOException {
        Path model = TinyModel.withDefaultSystem(folder);
        assertThat(inspect(model).out())
                .containsPattern("family +qwen2, [0-9,]+ parameters, embeddings tied")
                .containsPattern("sizes +\\d layers, hidden \\d+")
                .containsPattern("file +model.safetensors, [0-9.,]+ KiB")
                .containsPattern("stored as +F32 \\([0-9,]+ values\\)")
                .containsPattern("memory +[0-9.,]+ KiB in float32, [0-9.,]+ KiB in bfloat16")
                .containsPattern("special tokens +500 <\\|im_start\\|>, 501 <\\|im_end\\|>")
                .containsPattern("default system +\"Be dull.\"")
                .containsPattern("model\\.layers\\.\\*\\.self_attn\\.q_proj\\.bias +0-\\d +\\d+ +F32");
        JsonNode document = json(model);
        long values = 0;
        for (JsonNode tensor : document.get("tensors")) {
            values += tensor.get("values").longValue();
        }
        assertThat(values).isEqualTo(document.get("parameters").longValue());
        assertThat(document.get("memory").get("bfloat16").longValue()).isEqualTo(2 * values);
        assertThat(document.get("files").get("model.safetensors").longValue())
                .isEqualTo(Files.size(model.resolve("model.safetensors")));
        assertThat(document.get("shape").get("model_type").textValue()).isEqualTo("qwen2");
        assertThat(document.get("chat").get("told").booleanValue()).isTrue();
        assertThat(document.get("chat").get("sha256").textValue()).hasSize(64);
        assertThat(document.get("remarks")).isEmpty();
    }

    @Test
    void theTemplateIsPrintedAsItIs() throws IOException {
        Path model = TinyModel.write(folder);
        String template = Json.read(model.resolve("tokenizer_config.json"))
                .get("chat_template")
                .textValue();
        assertThat(inspect(model, "--template").out()).isEqualTo(template + System.lineSeparator());
    }

    @Test
    void whatIsMissingOrDoesNotFitIsSaid() throws IOException {
        Path model = TinyModel.write(folder);
        Path config = model.resolve("config.json");
        Files.writeString(
                config, Files.readString(config).replaceFirst("\"vocab_size\": *\\d+", "\"vocab_size\": 400"));
        Files.delete(model.resolve("tokenizer_config.json"));
        assertThat(inspect(model).out())
                .containsPattern("note +.*embed_tokens.weight\" has shape .* but config.json asks for \\[400, ")
                .containsPattern("note +the tokenizer has ids up to 501, but the model's vocab_size is 400")
                .containsPattern("note +.*has neither chat_template.jinja");
        Files.delete(model.resolve("tokenizer.json"));
        assertThat(inspect(model).out()).contains("there is no tokenizer.json");
        assertThat(json(model).has("tokenizer")).isFalse();
        Refused.with(Call.of("inspect", model.toString(), "--template"), "has no chat template");
    }

    @Test
    void anAdapterIsToldWithTheNormOfItsChange() throws IOException {
        Path model = TinyModel.write(folder);
        Path run = run(model, "mini-lora32", "lora.r=4");
        double norm = Objects.requireNonNull(
                new RunFiles(run).readSummary().orElseThrow().norm());
        for (JsonNode document : List.of(json(run), json(run.resolve("adapter"), "--base", model.toString()))) {
            assertThat(document.get("kind").textValue()).isEqualTo("rsLoRA");
            assertThat(document.get("r").intValue()).isEqualTo(4);
            assertThat(document.get("scale").doubleValue()).isEqualTo(8, within(ROUNDING));
            assertThat(document.get("norm").doubleValue()).isEqualTo(norm, within(ROUNDING * norm));
            assertThat(document.get("fits").booleanValue()).isTrue();
            assertThat(document.get("modules")).hasSize(7);
            double largest = document.get("places").get(0).get("norm").doubleValue();
            document.get("places")
                    .forEach(
                            place -> assertThat(place.get("norm").doubleValue()).isLessThanOrEqualTo(largest));
        }
        assertThat(json(run.resolve("adapter")).has("fits")).isFalse();
        assertThat(inspect(run).out())
                .containsPattern("kind +rsLoRA of rank 4")
                .containsPattern("fits +yes, ")
                .containsPattern("mlp.down_proj +0-\\d +4 +\\d+ to \\d+ +[0-9.e-]+")
                .contains("more; --all lists them");
        assertThat(inspect(run, "--all").out()).doesNotContain("--all lists them");
    }

    @Test
    void anAdapterThatDoesNotFitOrCannotBeLoadedSaysWhy() throws IOException {
        Path model = TinyModel.write(folder);
        Path adapter = run(model, "mini-rank1").resolve("adapter");
        Path config = adapter.resolve("adapter_config.json");
        String text = Files.readString(config);
        Files.writeString(config, text.replaceFirst("\"use_dora\" : false", "\"use_dora\" : true"));
        assertThat(inspect(adapter, "--base", model.toString()).out())
                .containsPattern("fits +no")
                .contains("use_dora is not supported here: true", "does not fit " + model);
        Files.writeString(config, text);
        double norm = json(adapter).get("norm").doubleValue();
        double alpha = Json.read(config).get("lora_alpha").doubleValue();
        Files.writeString(
                config,
                text.replaceFirst(
                        "\"alpha_pattern\" : \\{ }", "\"alpha_pattern\" : {\"down_proj\": " + 3 * alpha + "}"));
        assertThat(json(adapter).get("norm").doubleValue()).isEqualTo(3 * norm, within(1e-6));
    }

    @Test
    void vectorsAndWholeModelsOfRunsAreToldToo() throws IOException {
        Path model = TinyModel.write(folder);
        Path steering = run(model, "mini-steering", "steering.layer=1", "training.learning_rate=0.1");
        JsonNode vector = json(steering);
        assertThat(vector.get("kind").textValue()).isEqualTo("steering vector");
        assertThat(vector.get("norm").doubleValue())
                .isEqualTo(new RunFiles(steering).readSummary().orElseThrow().norm(), within(1e-4));
        assertThat(vector.get("fits").booleanValue()).isTrue();
        Path full = run(model, "mini-full");
        assertThat(json(full).get("path").textValue())
                .isEqualTo(full.resolve("model").toString());
    }

    @Test
    void mistakesEndWithOneSentenceAndCodeTwo() throws IOException {
        Path model = TinyModel.write(folder);
        Path adapter = run(model, "mini-rank1").resolve("adapter");
        Refused.with(Call.of("inspect", "nothing"), "nothing: no such model directory");
        Refused.with(Call.of("inspect", folder.toString()), "is neither a model nor an adapter nor a run");
        Refused.with(Call.of("inspect", model.toString(), "--base", model.toString()), "so --base has no use");
        Refused.with(Call.of("inspect", adapter.toString(), "--template"), "the chat template is the model's");
        Files.writeString(adapter.resolve("adapter_model.safetensors"), "torn");
        Refused.with(Call.of("inspect", adapter.toString()), "too short for a safetensors file");
    }
}
