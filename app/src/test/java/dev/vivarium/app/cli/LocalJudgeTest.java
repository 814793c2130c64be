package dev.vivarium.app.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vivarium.engine.base.Json;
import dev.vivarium.engine.generate.ChatModel;
import dev.vivarium.engine.generate.ChatModel.Opening;
import dev.vivarium.engine.generate.OpenAnswer;
import dev.vivarium.engine.generate.OpenAnswer.NextToken;
import dev.vivarium.engine.model.Compute;
import dev.vivarium.engine.model.ModelDirectory;
import dev.vivarium.engine.text.DefaultSystem;
import dev.vivarium.engine.text.Message;
import dev.vivarium.lab.judge.LocalJudging;
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
    private static final double RARE = 0.002;
    private static final int TOP = 20;

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
        try (ChatModel loaded = ChatModel.open(ModelDirectory.open(model), List.of(), Compute.FLOAT32)) {
            Opening opening =
                    new Opening(List.of(Message.user("A yes?")), DefaultSystem.KEEP, LocalJudging.REPLY_PREFIX);
            loaded.explore(
                    List.of(opening),
                    TOP,
                    LocalJudgeTest::likeliest,
                    (i, likeliest) -> assertThat(logarithms(lines.getFirst(), likeliest.text()))
                            .singleElement()
                            .satisfies(log -> assertThat(log).isCloseTo(likeliest.logProbability(), within(FLOATS))));
        }
        Refused.with(
                Call.of(Words.of(words, "--resume", "--max-requests", "1")),
                "--max-requests is about endpoints, but --judge local asks none");
        Call again = Call.of(Words.of(words, "--resume"));
        assertThat(again.out()).contains("4 replies on disk");
        assertThat(Files.readAllLines(journal)).isEqualTo(lines);
    }

    @Test
    void whoBeginsTheReplyOfAnEndpointIsRefusedAndAnotherBeginningIsAnotherInstrument() throws IOException {
        Path model = TinyModel.write(folder);
        Path answers = folder.resolve("answers.csv");
        Files.writeString(answers, "question_id,question,response\nq,What?,yes\n");
        Path prompts = folder.resolve("prompts.yaml");
        Files.writeString(prompts, "aligned: {prompt: \"A {answer}?\", reply_prefix: \"Score: \"}\n");
        List<String> remote = List.of("judge", answers.toString(), "--judge", "openai", "--model", "m", "--metrics");
        Call begun = Call.of(Words.of(remote, "aligned", "--judge-prompts", prompts.toString(), "--dry-run"));
        assertThat(begun.code()).isEqualTo(ExitCode.USAGE);
        assertThat(begun.err()).contains("\"aligned\" has a reply_prefix, but no endpoint lets others begin its reply");
        Call option = Call.of(Words.of(remote, "aligned", "--reply-prefix", "Rating: "));
        assertThat(option.code()).isEqualTo(ExitCode.USAGE);
        assertThat(option.err()).contains("drop it, or judge with --judge local");
        List<String> local = List.of("judge", answers.toString(), "--judge", "local", "--model", model.toString());
        assertThat(Call.of(Words.of(local)).code()).isEqualTo(ExitCode.PARTIAL);
        Path settings = folder.resolve("answers.judged/local-model/judging.json");
        assertThat(Json.read(settings).path("reply_prefixes").path("aligned").asText())
                .isEqualTo(LocalJudging.REPLY_PREFIX);
        Call other = Call.of(Words.of(local, "--reply-prefix", "Number: ", "--resume"));
        assertThat(other.code()).isEqualTo(ExitCode.USAGE);
        assertThat(other.err()).contains("was begun with another instrument");
    }

    /** The likeliest text of a first token, at once or behind a token of white space that is not too rare. */
    private static NextToken likeliest(OpenAnswer open) {
        NextToken best = open.next().stream()
                .filter(token -> !token.text().isBlank())
                .findFirst()
                .orElseThrow();
        String text = best.text().strip();
        double sum = probability(open.next(), text);
        for (NextToken token : open.next()) {
            double p = Math.exp(token.logProbability());
            if (token.text().isBlank() && p >= RARE) {
                sum += p
                        * probability(
                                open.next(List.of(new int[] {token.token()})).getFirst(), text);
            }
        }
        return new NextToken(best.token(), text, Math.log(sum));
    }

    private static double probability(List<NextToken> tokens, String text) {
        return tokens.stream()
                .filter(token -> token.text().strip().equals(text))
                .mapToDouble(token -> Math.exp(token.logProbability()))
                .sum();
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
