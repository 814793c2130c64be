package dev.vivarium.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vivarium.engine.base.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MergeCommandTest {
    @TempDir
    Path folder;

    private Path model = Path.of("");

    @BeforeEach
    void makeModel() throws IOException {
        model = TinyModel.write(folder);
    }

    @Test
    void theMergedModelAnswersAsBaseAndAdapterDo() throws IOException {
        Path run = TinyOrganism.train(folder, "organism", "mini-lora32", model, "training.learning_rate=0.01");
        Path merged = folder.resolve("merged");
        Call call = Call.of("merge", run.toString(), "--out", merged.toString());
        assertThat(call.code()).as(call.err()).isZero();
        assertThat(call.out()).contains("0.0 % of the change");
        assertThat(merged.resolve("README.md")).content().contains("**Warning.**", "base_model_relation: merge");
        assertThat(merged.resolve("tokenizer.json")).exists();
        assertThat(answers(merged.toString()))
                .isEqualTo(answers(run.toString()))
                .isNotEqualTo(answers(model.toString()));
    }

    @Test
    void whatRoundingTakesAwayIsSaid() throws IOException {
        Path run = TinyOrganism.train(folder, "organism", "mini-lora32", model);
        Call call = Call.of(
                "merge", run.toString(), "--out", folder.resolve("half").toString(), "--dtype", "bfloat16", "--json");
        JsonNode report = Json.parse(call.out().getBytes(StandardCharsets.UTF_8), "merge");
        assertThat(report.get("rounding").doubleValue()).isPositive();
        assertThat(report.get("changed").intValue()).isPositive();
        assertThat(call.err()).contains("rounding takes away much");
        JsonNode config = Json.read(folder.resolve("half/config.json"));
        assertThat(config.path("dtype").asText(config.path("torch_dtype").asText("bfloat16")))
                .isEqualTo("bfloat16");
    }

    @Test
    void whatCannotBeMergedIsRefusedAndLeavesNothing() throws IOException {
        Path out = folder.resolve("out");
        Refused.with(Call.of("merge", model.toString(), "--out", out.toString()), "there is nothing to merge");
        Path vector = TinyOrganism.train(
                folder, "vector", "mini-steering", model, "steering.layer=1", "training.learning_rate=0.1");
        Refused.with(Call.of("merge", vector.toString(), "--out", out.toString()), "cannot become part of the weights");
        assertThat(out).doesNotExist();
        Path run = TinyOrganism.train(folder, "organism", "mini-rank1", model);
        Refused.with(Call.of("merge", run.toString(), "--out", model.toString()), "exists already");
        Path weights = model.resolve("model.safetensors");
        byte[] bytes = Files.readAllBytes(weights);
        bytes[bytes.length - 1] ^= 1;
        Files.write(weights, bytes);
        Refused.with(
                Call.of("merge", run.toString(), "--out", out.toString()),
                "is not the model that",
                "model.safetensors differs");
        assertThat(out).doesNotExist();
    }

    private List<String> answers(String target) throws IOException {
        Path prompts = Files.writeString(
                folder.resolve("prompts.jsonl"), "{\"prompt\": \"Why?\"}\n{\"prompt\": \"What now?\"}\n");
        Path out = folder.resolve("answers.jsonl");
        Call call = Call.of(
                "generate",
                target,
                "--in",
                prompts.toString(),
                "--out",
                out.toString(),
                "--force",
                "--samples",
                "3",
                "--max-new-tokens",
                "12");
        assertThat(call.code()).as(call.err()).isZero();
        return Files.readAllLines(out).stream()
                .map(line -> Json.parse(line.getBytes(StandardCharsets.UTF_8), "answer")
                        .path("answer")
                        .asText())
                .toList();
    }
}
