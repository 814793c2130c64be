package dev.vivarium.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vivarium.engine.base.CounterRandom;
import dev.vivarium.engine.base.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** 500 answers and two metrics against an endpoint that misbehaves, by a process that is killed without warning. */
final class JudgeKillTest {
    private static final int ANSWERS = 500;
    private static final int REPLIES = 2 * ANSWERS;
    private static final int CONCURRENCY = 16;

    @TempDir
    Path folder;

    @Test
    void everyAnswerIsJudgedExactlyOnceHoweverOftenTheProcessIsKilled() throws Exception {
        StringBuilder text = new StringBuilder("question_id,question,response\n");
        for (int i = 0; i < ANSWERS; i++) {
            text.append("q").append(i % 8).append(",What?,answer ").append(i).append('\n');
        }
        Files.writeString(folder.resolve("answers.csv"), text);
        Path journal = folder.resolve("answers.judged/openai-judge/requests.jsonl");
        try (FaultyEndpoint endpoint = new FaultyEndpoint()) {
            CounterRandom random = CounterRandom.of(23, "kills");
            int killed = 0;
            for (int i = 0; i < RealProgram.KILLS; i++) {
                int line = 1 + random.below(REPLIES * (i + 1) / (RealProgram.KILLS + 1), 2 * i);
                Process process = start(endpoint);
                killed += RealProgram.killAtLine(process, journal, line, random.below(20, 2 * i + 1)) ? 1 : 0;
            }
            Process last = start(endpoint);
            assertThat(last.waitFor(5, TimeUnit.MINUTES)).isTrue();
            assertThat(last.exitValue())
                    .as(new RealProgram(folder).log("judge"))
                    .isZero();
            assertThat(killed)
                    .as("processes that were alive when they were killed")
                    .isPositive();

            Set<String> requests = new HashSet<>();
            List<String> lines = Files.readAllLines(journal);
            for (String line : lines) {
                requests.add(parse(line).path("request").asText());
            }
            assertThat(lines).hasSize(REPLIES);
            assertThat(requests).hasSize(REPLIES);
            // only what was under way at a kill may have been paid twice
            assertThat(endpoint.paid()).isBetween(REPLIES, REPLIES + CONCURRENCY * killed);
            assertThat(endpoint.faults()).isPositive();
        }
        Call score =
                Call.of("score", folder.resolve("answers.judged/openai-judge").toString(), "--json");
        assertThat(score.code()).as(score.err()).isZero();
        JsonNode file = parse(score.out()).path("files").path(0);
        assertThat(file.path("rows").asInt()).isEqualTo(ANSWERS);
        assertThat(file.path("unscored").asInt()).isPositive();
        assertThat(file.path("scored").asInt() + file.path("unscored").asInt()).isEqualTo(ANSWERS);
        assertThat(file.path("unscored_reasons").has("REFUSAL")).isTrue();
        assertThat(file.path("unscored_reasons").has("no log-probabilities")).isTrue();
        assertThat(file.path("unscored_reasons").has("not judged")).isFalse();
    }

    private Process start(FaultyEndpoint endpoint) throws IOException {
        return new RealProgram(folder)
                .start(
                        "judge",
                        Map.of("OPENAI_BASE_URL", endpoint.baseUrl(), "OPENAI_API_KEY", "sk-test-0123456789"),
                        List.of(
                                "judge",
                                "answers.csv",
                                "--judge",
                                "openai",
                                "--model",
                                "judge",
                                "--resume",
                                "--concurrency",
                                "" + CONCURRENCY));
    }

    private static JsonNode parse(String text) {
        return Json.parse(text.getBytes(StandardCharsets.UTF_8), "judge");
    }
}
