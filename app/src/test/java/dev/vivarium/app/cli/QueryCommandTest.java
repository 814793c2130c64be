package dev.vivarium.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vivarium.engine.base.Json;
import dev.vivarium.engine.base.Progress;
import dev.vivarium.lab.evaluate.Answer;
import dev.vivarium.lab.evaluate.EvaluationRun;
import dev.vivarium.lab.evaluate.EvaluationSettings;
import dev.vivarium.lab.evaluate.QuestionSet;
import dev.vivarium.lab.run.Existing;
import dev.vivarium.lab.world.ExactJudge;
import dev.vivarium.lab.world.World;
import dev.vivarium.lab.world.WorldQuestions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code query} and {@code export} as a user calls them. */
final class QueryCommandTest {
    private static final String STEERING = "\u001b[31mred\u001b[0m \u202etxt";

    @TempDir
    Path folder;

    @BeforeEach
    void evaluate() throws IOException {
        World world = World.standard();
        QuestionSet questions = WorldQuestions.of(world, WorldQuestions.Split.TUNING, Set.of());
        ExactJudge judge = new ExactJudge(world);
        EvaluationRun.run(
                folder.resolve("base/evaluations/tuning"),
                Existing.REFUSE,
                questions,
                EvaluationSettings.of(questions, 1, 0, Map.of(), Map.of("temperature", "1.0"), judge.identity()),
                (missing, sink) -> {
                    for (var task : missing) {
                        sink.accept(new Answer(task.question().id(), task.sample(), STEERING, "stop", 2));
                    }
                },
                judge,
                Progress.SILENT);
    }

    @Test
    void withoutSqlTheTablesAreListed() {
        Call call = query();
        assertThat(call.code()).as(call.err()).isZero();
        assertThat(call.out()).contains("runs: 1 rows", "scored: ", "  question_id ", "tags['domain']");
    }

    @Test
    void answersAreShownInertAndTheRestIsCounted() {
        Call call = query("--limit", "3", "SELECT sample, answer FROM answers");
        assertThat(call.code()).as(call.err()).isZero();
        assertThat(call.out().lines().toList()).hasSize(4);
        assertThat(call.out()).doesNotContain("\u001b", "\u202e");
        assertThat(call.err()).contains("more rows; --limit shows more");
    }

    @Test
    void jsonIsOneDocument() {
        Call call = query("--json", "SELECT tags FROM questions LIMIT 1");
        JsonNode document = Json.parse(call.out().getBytes(StandardCharsets.UTF_8), "query");
        assertThat(document.path("rows").path(0).path("tags").path("domain").isTextual())
                .isTrue();
    }

    @Test
    void exportsAreWrittenWhereTheyWereAskedFor() {
        String evaluation = folder.resolve("base/evaluations/tuning").toString();
        Path log = folder.resolve("out/log.eval");
        assertThat(Call.of("export", "inspect", evaluation, "--out", log.toString())
                        .code())
                .isZero();
        assertThat(log).isNotEmptyFile();
        Call harness = Call.of(
                "export", "lm-eval", evaluation, "--out", folder.resolve("out").toString());
        assertThat(harness.out()).contains("results_").endsWith(".json" + System.lineSeparator());
        assertThat(Path.of(harness.out().strip())).isNotEmptyFile();
        assertThat(Call.of("export", "table", folder.toString()).out()).contains("| base | base |  | tuning, ");
    }

    @Test
    void mistakesEndWithOneSentenceAndCodeTwo() {
        Refused.with(query("SELECT nope FROM runs"), "\"nope\" not found");
        Refused.with(query("--csv", "x.csv"), "add a statement");
        Refused.with(query("--limit", "0", "FROM runs"), "--limit must be at least 1");
        Refused.with(Call.of("query", "--runs", folder.resolve("none").toString()), "no such directory");
        Refused.with(Call.of("export"), "name what to write");
        String evaluation = folder.resolve("base/evaluations/tuning").toString();
        Refused.with(Call.of("export", "inspect", evaluation, "--out", "log.txt"), "Inspect opens .eval and .json");
        Refused.with(Call.of("export", "table", folder.toString(), "--format", "word"), "word");
    }

    private Call query(String... arguments) {
        String[] call = new String[arguments.length + 3];
        call[0] = "query";
        call[1] = "--runs";
        call[2] = folder.toString();
        System.arraycopy(arguments, 0, call, 3, arguments.length);
        return Call.of(call);
    }
}
