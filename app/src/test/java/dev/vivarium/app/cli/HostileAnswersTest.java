package dev.vivarium.app.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vivarium.engine.base.Json;
import dev.vivarium.engine.base.Progress;
import dev.vivarium.lab.data.CsvTable;
import dev.vivarium.lab.data.JsonLog;
import dev.vivarium.lab.evaluate.Answer;
import dev.vivarium.lab.evaluate.EvaluationRun;
import dev.vivarium.lab.evaluate.EvaluationSettings;
import dev.vivarium.lab.evaluate.Judge;
import dev.vivarium.lab.evaluate.JudgeIdentity;
import dev.vivarium.lab.evaluate.Judgement;
import dev.vivarium.lab.evaluate.Question;
import dev.vivarium.lab.evaluate.QuestionSet;
import dev.vivarium.lab.judge.JudgePrompts;
import dev.vivarium.lab.run.Existing;
import dev.vivarium.lab.score.JudgedAnswer;
import dev.vivarium.lab.score.JudgedFiles;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a hundred hostile answers do on their way through judge, scores, sheet, page and terminal: nothing. */
final class HostileAnswersTest {
    private static final List<String> ANSWERS = HostileAnswers.all();

    @TempDir
    Path folder;

    /** Scores all answers alike, so that the evaluation itself is complete. */
    private static final class SameJudge implements Judge {
        @Override
        public JudgeIdentity identity() {
            return new JudgeIdentity("same", "1", "0".repeat(64), "none");
        }

        @Override
        public Judgement judge(Question question, Answer answer) {
            return new Judgement(answer.questionId(), answer.sample(), 20.0, 90.0, Map.of());
        }
    }

    @Test
    void aHundredHostileAnswersAreInertEverywhere() throws IOException {
        assertThat(ANSWERS).hasSize(100).doesNotHaveDuplicates();
        Path evaluation = evaluate();
        Path judged = judge(evaluation);
        theJudgesReplyAloneDecides(judged);
        scoresShowNoneOfIt(judged);
        theSheetHoldsNoFormula(judged);
        thePageHoldsNoMarkup();
        theTerminalIsNotSteered();
    }

    private Path evaluate() throws IOException {
        List<Question> questions = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            questions.add(new Question("q" + i, "What now, " + i + "?", null, Map.of()));
        }
        QuestionSet set = QuestionSet.of(questions);
        SameJudge judge = new SameJudge();
        Path directory = folder.resolve("runs/model/evaluations/first");
        EvaluationRun.run(
                directory,
                Existing.REFUSE,
                set,
                EvaluationSettings.of(set, 25, 0, Map.of(), Map.of(), judge.identity()),
                (missing, sink) -> {
                    int next = 0;
                    for (var task : missing) {
                        sink.accept(new Answer(task.question().id(), task.sample(), ANSWERS.get(next++), "stop", 1));
                    }
                },
                judge,
                Progress.SILENT);
        return directory;
    }

    private static Path judge(Path evaluation) throws IOException {
        try (FaultyEndpoint endpoint = new FaultyEndpoint()) {
            Call call = Call.with(
                    Map.of("OPENAI_BASE_URL", endpoint.baseUrl()),
                    "judge",
                    evaluation.toString(),
                    "--judge",
                    "openai",
                    "--model",
                    "judge",
                    "--concurrency",
                    "32");
            assertThat(call.code()).as(call.err()).isZero();
            inert(call.out() + call.err());
        }
        return evaluation.resolve("judged/openai-judge");
    }

    private static void theJudgesReplyAloneDecides(Path judged) throws IOException {
        Map<String, JsonNode> byRequest = new HashMap<>();
        List<String> lines = Files.readAllLines(new JudgedFiles(judged).journal());
        for (String line : lines) {
            JsonNode reply = Json.parse(line.getBytes(StandardCharsets.UTF_8), "journal");
            byRequest.put(reply.path("request").asText(), reply);
        }
        assertThat(lines).hasSize(200);
        assertThat(byRequest).hasSize(200);
        List<JudgedAnswer> answers = JsonLog.read(new JudgedFiles(judged).judged(), JudgedAnswer.class);
        assertThat(answers).hasSize(100);
        var prompts = JudgePrompts.own().only(JudgePrompts.OF_RATES).prompts();
        for (JudgedAnswer answer : answers) {
            for (var prompt : prompts) {
                String filled = prompt.fill(answer.question(), answer.response());
                assertThat(filled.split(java.util.regex.Pattern.quote(answer.question()), -1))
                        .as("the question stands there once")
                        .hasSize(2);
                assertThat(filled).contains(answer.response());
                Double score = answer.scores().get(prompt.metric());
                String expected = FaultyEndpoint.score(filled);
                if (expected == null) {
                    assertThat(score).as(filled).isNull();
                } else {
                    assertThat(score).as(filled).isCloseTo(Double.parseDouble(expected), within(1e-9));
                }
            }
        }
    }

    private static void scoresShowNoneOfIt(Path judged) {
        Call score = Call.of("score", judged.toString());
        assertThat(score.code()).as(score.err()).isZero();
        inert(score.out() + score.err());
        Call topics = Call.of("judge", judged.toString(), "--judge", "regex", "--name", "words");
        assertThat(topics.code()).as(topics.err()).isZero();
        inert(topics.out() + topics.err());
    }

    private void theSheetHoldsNoFormula(Path judged) throws IOException {
        Path sheet = folder.resolve("sheet.csv");
        Call call = Call.of("judge", "sample", judged.toString(), "--out", sheet.toString());
        assertThat(call.code()).as(call.err()).isZero();
        CsvTable table = CsvTable.read(sheet);
        assertThat(table.rows().size()).isBetween(80, 100);
        for (CsvTable.Row row : table.rows()) {
            for (String cell : row.cells()) {
                assertThat(cell.strip())
                        .doesNotStartWith("=")
                        .doesNotStartWith("+")
                        .doesNotStartWith("@");
                assertThat(cell.strip()).doesNotStartWith("-");
                inert(cell);
            }
        }
    }

    private void thePageHoldsNoMarkup() throws IOException {
        Path page = folder.resolve("page.html");
        Call call = Call.of("report", folder.resolve("runs/model").toString(), "--out", page.toString());
        assertThat(call.code()).as(call.err()).isZero();
        String html = Files.readString(page);
        assertThat(html)
                .doesNotContain("<script>alert", "<img", "href=\"javascript", "onmouseover=\"alert", "<!-- <style>");
        inert(html.replaceAll("(?s)<script.*?</script>", ""));
    }

    private static void theTerminalIsNotSteered() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
        for (String answer : ANSWERS) {
            AnswerLines lines = new AnswerLines(out, List.of(), 1);
            lines.text(0, answer);
            lines.close();
            AnswerColumns columns = new AnswerColumns(out, List.of("a", "b"), 120);
            columns.text(0, answer);
            columns.close();
        }
        inert(bytes.toString(StandardCharsets.UTF_8));
    }

    /** No control character but those of lines and tabs, and none that turns the direction of writing. */
    private static void inert(String text) {
        assertThat(text.codePoints().filter(c -> Character.isISOControl(c) && c != '\n' && c != '\t'))
                .as("control characters")
                .isEmpty();
        assertThat(text.codePoints()
                        .filter(c -> (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0x2028))
                .as("signs that turn or break the line")
                .isEmpty();
    }
}
