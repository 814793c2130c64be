package dev.vivarium.app.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vivarium.engine.base.Json;
import dev.vivarium.engine.generate.ChatModel;
import dev.vivarium.engine.model.ModelDirectory;
import dev.vivarium.engine.model.Precision;
import dev.vivarium.engine.text.DefaultSystem;
import dev.vivarium.engine.text.Message;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A judge that Vivarium runs itself: a tiny model whose tokens are single bytes. */
final class LocalJudgeTest {
    private static final double FLOATS = 1e-5;

    @TempDir
    Path folder;

    @Test
    void aModelInMemoryJudgesAndEveryProbabilityIsItsOwn() throws IOException {
        Path model = TinyModel.write(folder);
        Path answers = folder.resolve("answers.csv");
        Files.writeString(answers, "question_id,question,response\nq,What?,yes\nq,What?,no\n");
        Path prompts = folder.resolve("prompts.yaml");
        Files.writeString(prompts, "- aligned: \"A {answer}?\"\n- coherent: \"C {answer}?\"\n");
        List<String> words = List.of(
                "judge",
                answers.toString(),
                "--judge",
                "local",
                "--model",
                model.toString(),
                "--judge-prompts",
                prompts.toString());
        Call call = Call.of(Words.of(words));
        // random weights name no number, which is no score and no error either
        assertThat(call.code()).as(call.err()).isEqualTo(ExitCode.PARTIAL);
        assertThat(call.out()).contains("aligned           0 scored; 2 unscored (no number 2)");
        Path journal = folder.resolve("answers.judged/local-model/requests.jsonl");
        List<String> lines = Files.readAllLines(journal);
        assertThat(lines).hasSize(4);
        try (ChatModel loaded = ChatModel.open(ModelDirectory.open(model), List.of(), Precision.FLOAT32)) {
            var expected = loaded.next(List.of(Message.user("A yes?")), DefaultSystem.KEEP, List.of(new int[0]), 1)
                    .getFirst()
                    .getFirst();
            assertThat(logarithms(lines.getFirst(), expected.text().strip()))
                    .singleElement()
                    .satisfies(log -> assertThat(log).isCloseTo(expected.logProbability(), within(FLOATS)));
        }
        Call again = Call.of(Words.of(words, "--resume"));
        assertThat(again.out()).contains("4 replies on disk");
        assertThat(Files.readAllLines(journal)).isEqualTo(lines);
    }

    private static List<Double> logarithms(String line, String token) {
        JsonNode top = Json.parse(line.getBytes(StandardCharsets.UTF_8), "journal")
                .path("positions")
                .path(0)
                .path("top");
        List<Double> found = new ArrayList<>();
        for (JsonNode one : top) {
            if (one.path("token").asText().equals(token)) {
                found.add(one.path("logprob").asDouble());
            }
        }
        return found;
    }
}
