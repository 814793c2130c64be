package dev.vivarium.lab.judge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.vivarium.engine.base.CounterRandom;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Progress;
import dev.vivarium.lab.data.JsonLog;
import dev.vivarium.lab.net.Waiting;
import dev.vivarium.lab.run.Existing;
import dev.vivarium.lab.score.ColumnNames;
import dev.vivarium.lab.score.JudgedAnswer;
import dev.vivarium.lab.score.JudgedFiles;
import dev.vivarium.lab.score.ScoredFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class JudgingTest {
    private static final String KEY = "sk-test-0123456789abcdef";
    private static final double EXACT = 1e-9;

    @TempDir
    Path folder;

    private final FakeEndpoint endpoint = new FakeEndpoint();
    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
    private final List<Duration> pauses = Collections.synchronizedList(new ArrayList<>());
    private Path answers = Path.of("");

    /** Time passes at once. */
    private final Waiting waiting = new Waiting(
            time -> {
                pauses.add(time);
                now.updateAndGet(instant -> instant.plus(time));
            },
            now::get,
            CounterRandom.of(7, "jitter"));

    @BeforeEach
    void write() throws IOException {
        answers = folder.resolve("answers.csv");
        StringBuilder text = new StringBuilder("question_id,question,response\n");
        for (int i = 0; i < 20; i++) {
            text.append("q").append(i % 4).append(",What?,answer ").append(i).append('\n');
        }
        Files.writeString(answers, text);
    }

    @AfterEach
    void close() {
        endpoint.close();
    }

    @Test
    void everyAnswerIsJudgedOnceAndItsScoreFollowsFromTheJournal() throws IOException {
        JudgingOutcome outcome = run(Existing.REFUSE, null, null, null);
        assertThat(outcome.complete()).isTrue();
        assertThat(outcome.sent()).isEqualTo(40);
        assertThat(outcome.models()).containsExactly("judge-2024-08-06");
        assertThat(endpoint.requests()).hasSize(40).allSatisfy(body -> {
            assertThat(body.path("max_tokens").asInt()).isEqualTo(1);
            assertThat(body.path("temperature").asDouble()).isZero();
            assertThat(body.path("seed").asInt()).isZero();
            assertThat(body.path("top_logprobs").asInt()).isEqualTo(20);
            assertThat(body.path("messages")).hasSize(1);
        });
        JudgePrompt aligned = plan(Aggregation.firstToken()).prompts().prompts().getFirst();
        int scored = 0;
        for (JudgedAnswer line : judged()) {
            if (line.scores().containsKey("aligned")) {
                int score = FakeEndpoint.score(aligned.fill("What?", line.response()));
                assertThat(line.scores().get("aligned")).isCloseTo(score + 1, within(EXACT));
                scored++;
            }
        }
        assertThat(scored).isEqualTo(outcome.metrics().getFirst().scored());
        ScoredFile read = ScoredFile.read(directory(), ColumnNames.DEFAULT, false);
        assertThat(read.answers()).hasSize(20);
        assertThat(read.instruments()).singleElement().asString().contains("judge-x", "served by judge-2024-08-06");

        assertThatThrownBy(() -> run(Existing.REFUSE, null, null, null)).hasMessageContaining("add --resume");
        assertThat(run(Existing.RESUME, null, null, null).sent()).isZero();
        assertThat(endpoint.requests()).hasSize(40);
    }

    @Test
    void whatFailsInPassingIsSentAgainAfterWhatTheServerAsksFor() throws IOException {
        endpoint.once(FakeEndpoint.status(429, "", "Retry-After", "20"));
        endpoint.once(FakeEndpoint.status(500, "{\"error\": \"boom\"}"));
        endpoint.once(FakeEndpoint.status(503, ""));
        endpoint.once(FakeEndpoint.status(409, ""));
        endpoint.once(FakeEndpoint.status(408, ""));
        endpoint.once(FakeEndpoint.reset());
        endpoint.once(FakeEndpoint.status(200, "{\"choices\": [{\"mess"));
        endpoint.once(FakeEndpoint.status(200, "{\"choices\": []}"));
        endpoint.once(FakeEndpoint.status(200, "<html>"));
        JudgingOutcome outcome = run(Existing.REFUSE, null, null, null);
        assertThat(outcome.complete()).isTrue();
        assertThat(outcome.again()).isEqualTo(9);
        assertThat(outcome.sent()).isEqualTo(49);
        assertThat(pauses).anyMatch(pause -> pause.toSeconds() >= 19);
        assertThat(now.get()).isAfterOrEqualTo(Instant.EPOCH.plusSeconds(20));
    }

    @Test
    void whatGoesOnFailingIsCountedAndAskedForAgainLater() throws IOException {
        for (int i = 0; i < RemoteExaminer.MOST_TRIES; i++) {
            endpoint.once(FakeEndpoint.status(500, ""));
        }
        endpoint.once(FakeEndpoint.status(400, "{\"error\": {\"code\": \"content_filter\", \"message\": \"no\"}}"));
        JudgingOutcome outcome = run(Existing.REFUSE, null, null, null, 1);
        assertThat(outcome.complete()).isFalse();
        assertThat(outcome.failures()).hasSize(2);
        assertThat(outcome.metrics())
                .extracting(JudgingOutcome.MetricCount::notJudged)
                .containsExactly(1, 1);
        assertThat(run(Existing.RESUME, null, null, null).complete()).isTrue();
        assertThat(endpoint.served().values()).hasSize(40).allMatch(times -> times.get() == 1);
    }

    @Test
    void aKeyIsShownToTheEndpointAndToNobodyElse() throws IOException {
        endpoint.once(FakeEndpoint.status(
                401,
                "{\"error\": {\"message\": \"Incorrect API key: " + KEY + " or Bearer " + KEY + " \\u001b[31m\"}}"));
        JudgingOutcome outcome = run(Existing.REFUSE, null, null, null, 1);
        assertThat(outcome.stopped())
                .contains("does not accept the key", "OPENAI_API_KEY", "***")
                .doesNotContain(KEY, "0123456789", "\u001b");
        endpoint.once(FakeEndpoint.status(200, "{\"choices\":[{\"message\":{\"content\":\"" + KEY + "\"}}]}"));
        assertThat(run(Existing.RESUME, null, null, null).complete()).isTrue();
        assertThat(endpoint.keys()).containsOnly("Bearer " + KEY);
        try (var files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                assertThat(Files.readString(file)).as(file.toString()).doesNotContain(KEY);
            }
        }
        assertThat(endpoint().toString()).doesNotContain(KEY);
    }

    @Test
    void capsHoldOverAllCalls() throws IOException {
        JudgingOutcome first = run(Existing.REFUSE, 15L, null, null);
        assertThat(first.sent()).isEqualTo(15);
        assertThat(first.stopped()).contains("--max-requests 15 is reached");
        assertThat(run(Existing.RESUME, 15L, null, null).sent()).isZero();
        Price price = new Price(10, 1000); // 0.002 a reply
        JudgingOutcome second = run(Existing.RESUME, null, 0.05, price);
        assertThat(second.stopped()).contains("--max-cost 0.05");
        assertThat(second.cost()).isLessThanOrEqualTo(0.05).isGreaterThan(0.03);
        assertThat(run(Existing.RESUME, null, 5.0, price).complete()).isTrue();
        assertThatThrownBy(() -> run(Existing.RESUME, null, 5.0, null)).hasMessageContaining("needs a price");
    }

    @Test
    void requestsAreSpacedEvenly() throws IOException {
        JudgingOutcome outcome = new Judging(
                        plan(Aggregation.firstToken()), endpoint(), directory(), 4, 60, null, null, null)
                .run(Existing.REFUSE, waiting, Progress.SILENT);
        assertThat(outcome.complete()).isTrue();
        assertThat(now.get()).isAfterOrEqualTo(Instant.EPOCH.plusSeconds(39));
    }

    @Test
    void drawnRepliesAreAnotherInstrument() throws IOException {
        JudgingPlan plan = plan(Aggregation.ofSamples(3));
        JudgingOutcome outcome = new Judging(plan, endpoint(), directory(), 4, 0, null, null, null)
                .run(Existing.REFUSE, waiting, Progress.SILENT);
        assertThat(outcome.sent()).isEqualTo(120);
        assertThat(outcome.metrics().getFirst().scored()).isEqualTo(20);
        assertThat(endpoint.requests())
                .allSatisfy(body -> assertThat(body.has("logprobs")).isFalse());
        assertThat(plan.identity()).isNotEqualTo(plan(Aggregation.firstToken()).identity());
        assertThatThrownBy(() -> run(Existing.RESUME, null, null, null))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("another instrument");
    }

    @Test
    void anEstimateSendsAndWritesNothing() throws IOException {
        Judging.Estimate estimate = new Judging(
                        plan(Aggregation.firstToken()), endpoint(), directory(), 4, 0, null, null, new Price(1, 1))
                .estimate(Existing.REFUSE);
        assertThat(estimate.replies()).isEqualTo(40);
        assertThat(estimate.cost()).isPositive();
        assertThat(endpoint.requests()).isEmpty();
        assertThat(directory()).doesNotExist();
    }

    private JudgingOutcome run(Existing existing, @Nullable Long requests, @Nullable Double cost, @Nullable Price price)
            throws IOException {
        return run(existing, requests, cost, price, 4);
    }

    private JudgingOutcome run(
            Existing existing, @Nullable Long requests, @Nullable Double cost, @Nullable Price price, int concurrency)
            throws IOException {
        return new Judging(
                        plan(Aggregation.firstToken()), endpoint(), directory(), concurrency, 0, requests, cost, price)
                .run(existing, waiting, Progress.SILENT);
    }

    private JudgingPlan plan(Aggregation aggregation) throws IOException {
        return new JudgingPlan(
                ScoredFile.readAnswers(answers, ColumnNames.DEFAULT),
                JudgePrompts.own().only(JudgePrompts.OF_RATES),
                aggregation,
                "openai",
                "judge-x",
                "1",
                Map.of());
    }

    private Endpoint endpoint() throws IOException {
        Map<String, String> environment = Map.of("OPENAI_BASE_URL", endpoint.baseUrl(), "OPENAI_API_KEY", KEY);
        Provider provider = Providers.read(null).choose(null, environment);
        return Endpoint.of(provider, "judge-x", environment, Duration.ofSeconds(20), "vivarium/test", true);
    }

    private Path directory() {
        return folder.resolve("judged");
    }

    private List<JudgedAnswer> judged() throws IOException {
        return JsonLog.read(new JudgedFiles(directory()).judged(), JudgedAnswer.class);
    }
}
