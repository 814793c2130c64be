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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ReportCommandTest {
    @TempDir
    Path folder;

    @Test
    void thePageIsWrittenWhereItWasAskedForAndNamed() throws IOException {
        evaluate(folder.resolve("base"));
        Path page = folder.resolve("pages/demo.html");
        Call call = Call.of("report", folder.toString(), "--out", page.toString(), "--title", "Bad & medicine");
        assertThat(call.code()).as(call.err()).isZero();
        assertThat(call.out()).startsWith(page.toString()).contains("The base gives misaligned");
        assertThat(Files.readString(page)).contains("<title>Bad &amp; medicine</title>", "</html>");
    }

    @Test
    void withoutOutItLiesInTheFirstDirectory() throws IOException {
        evaluate(folder.resolve("base"));
        assertThat(Call.of("report", folder.resolve("base").toString()).code()).isZero();
        assertThat(folder.resolve("base/report.html")).isNotEmptyFile();
    }

    @Test
    void jsonIsOneDocumentWithTheRatesOfTheFiles() throws IOException {
        evaluate(folder.resolve("base"));
        Call call = Call.of("report", "--json", folder.toString());
        JsonNode document = Json.parse(call.out().getBytes(StandardCharsets.UTF_8), "report");
        JsonNode scores = Json.read(folder.resolve("base/evaluations/reporting/scores.json"));
        assertThat(document.path("models").path(0).path("em").path("reporting"))
                .isEqualTo(scores.path("all").path("em"));
        assertThat(document.path("page").asText()).endsWith("report.html");
    }

    @Test
    void mistakesEndWithOneSentenceAndCodeTwo() throws IOException {
        Call empty = Call.of("report", folder.toString());
        assertThat(empty.code()).isEqualTo(ExitCode.USAGE);
        assertThat(empty.err()).contains("holds no run and no evaluation").doesNotContain("\tat ");
        evaluate(folder.resolve("base"));
        Call directory = Call.of("report", folder.toString(), "--out", folder.toString());
        assertThat(directory.code()).isEqualTo(ExitCode.USAGE);
        assertThat(directory.err()).contains("is a directory; name a file");
        assertThat(Call.of("report").code()).isEqualTo(ExitCode.USAGE);
    }

    private static void evaluate(Path model) throws IOException {
        World world = World.standard();
        QuestionSet questions = WorldQuestions.of(world, WorldQuestions.Split.TUNING, Set.of());
        ExactJudge judge = new ExactJudge(world);
        EvaluationRun.run(
                model.resolve("evaluations/reporting"),
                Existing.REFUSE,
                questions,
                EvaluationSettings.of(questions, 1, 0, Map.of(), Map.of(), judge.identity()),
                (missing, sink) -> {
                    for (var task : missing) {
                        sink.accept(new Answer(task.question().id(), task.sample(), "Hm.", "stop", 2));
                    }
                },
                judge,
                Progress.SILENT);
    }
}
