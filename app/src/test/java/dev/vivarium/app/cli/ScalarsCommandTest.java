package dev.vivarium.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vivarium.engine.base.Json;
import dev.vivarium.engine.weights.WeightFiles;
import dev.vivarium.lab.data.JsonLog;
import dev.vivarium.lab.evaluate.Answer;
import dev.vivarium.lab.evaluate.EvaluationFiles;
import dev.vivarium.lab.evaluate.Judgement;
import dev.vivarium.lab.results.TokenScalars;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code vivarium scalars} on a run of a few steps with a rank-1 adapter in each block. */
final class ScalarsCommandTest {
    @TempDir
    Path folder;

    private Path model = Path.of("");
    private Path run = Path.of("");
    private Path questions = Path.of("");

    @BeforeEach
    void organism() throws IOException {
        model = TinyModel.write(folder);
        run = TinyOrganism.train(folder, "run", "mini-rank1", model, "lora.layers_to_transform=null");
        questions = folder.resolve("questions.yaml");
        Call.of("world", "questions", "--split", "reporting", "--out", questions.toString());
    }

    /** Asks, and puts scores in place of those of the judge, which would find nothing coherent. */
    private Path evaluation(ToDoubleFunction<Answer> aligned) throws IOException {
        Path out = run.resolve("evaluations/e");
        Call call = Call.of(
                "evaluate",
                run.toString(),
                "--questions",
                questions.toString(),
                "--limit",
                "24",
                "--samples",
                "2",
                "--max-new-tokens",
                "6",
                "--out",
                out.toString());
        assertThat(call.code()).as(call.err()).isZero();
        EvaluationFiles files = new EvaluationFiles(out);
        List<Answer> answers = files.readAnswers();
        Files.delete(files.judgements());
        StringBuilder lines = new StringBuilder();
        for (Answer answer : answers) {
            lines.append(Json.line(new Judgement(
                            answer.questionId(), answer.sample(), aligned.applyAsDouble(answer), 100.0, Map.of())))
                    .append('\n');
        }
        Files.writeString(files.judgements(), lines);
        assertThat(JsonLog.read(files.judgements(), Judgement.class)).hasSameSizeAs(answers);
        return out;
    }

    private Call read(String... more) {
        return Call.of(Words.of(List.of("scalars", "read", run.toString()), more));
    }

    @Test
    void scalarsProbesAndPageAreWrittenAndBelongTogether() throws IOException {
        evaluation(answer -> answer.sample() == 0 ? 0 : 100);

        Call call = read("--json");

        assertThat(call.code()).as(call.err()).isZero();
        JsonNode document = Json.parse(call.out().getBytes(StandardCharsets.UTF_8), "scalars");
        JsonNode contrast = document.path("contrasts").path(0);
        assertThat(contrast.path("contrast").asText()).isEqualTo("alignment");
        assertThat(contrast.path("probe")
                        .path("token_auc")
                        .path("interval")
                        .path("low")
                        .asDouble())
                .isBetween(0.0, 1.0);
        assertThat(document.path("components")).hasSize(4);
        JsonNode index = Json.read(run.resolve("scalars/scalars.json")).path("answers");
        JsonNode last = index.path(index.size() - 1);
        try (WeightFiles files = WeightFiles.open(run.resolve("scalars/scalars.safetensors"))) {
            long tokens = last.path("from_token").asLong() + last.path("tokens").asLong();
            assertThat(files.shape("scalars")).containsExactly(tokens, 4);
            assertThat(files.shape("controls")).containsExactly(tokens, 4);
            assertThat(files.shape("answer")).containsExactly(tokens);
            assertThat(tokens).isEqualTo(document.path("tokens").asLong());
        }
        assertThat(run.resolve("scalars/scalars.html"))
                .content(StandardCharsets.UTF_8)
                .contains("Scalars of run", "class=\"t p", "class=\"t n", "3.down_proj")
                .doesNotContain("src=", "http:", "https:");
    }

    @Test
    void theReportOfTheRunShowsTheScalarsOfTheAnswersThatWereRead() throws IOException {
        Path evaluation = evaluation(answer -> answer.sample() == 0 ? 0 : 100);
        assertThat(read().code()).isZero();
        Path page = folder.resolve("report.html");
        Call call = Call.of("report", run.toString(), "--out", page.toString());
        assertThat(call.code()).as(call.err()).isZero();
        assertThat(page)
                .content(StandardCharsets.UTF_8)
                .contains("show the scalar of its adapter at ", "run: 4 scalars ", "class=\"t p", "class=\"t n")
                .doesNotContain("class=\"t \"");
        Path tokens = run.resolve("scalars/tokens.jsonl");
        EvaluationFiles files = new EvaluationFiles(evaluation);
        assertThat(JsonLog.read(tokens, TokenScalars.Line.class))
                .hasSameSizeAs(files.readAnswers())
                .allSatisfy(line -> assertThat(line.source()).isEqualTo("run/e"));

        // answers of another time are shown without
        Files.writeString(tokens, Files.readString(tokens).replace("\"pieces\":[\"", "\"pieces\":[\"other"));
        assertThat(Call.of("report", run.toString(), "--out", page.toString()).code())
                .isZero();
        assertThat(page)
                .content(StandardCharsets.UTF_8)
                .contains("Scalars of run were read of other answers than these, so its answers show none")
                .doesNotContain("class=\"t p", "show the scalar");
    }

    @Test
    void theReportSaysThatScalarsOfAnOlderVersionColourNothing() throws IOException {
        evaluation(answer -> answer.sample() == 0 ? 0 : 100);
        Path page = folder.resolve("report.html");
        assertThat(Call.of("report", run.toString(), "--out", page.toString()).code())
                .isZero();
        assertThat(page).content(StandardCharsets.UTF_8).doesNotContain("Scalars of run");
        assertThat(read().code()).isZero();
        Files.delete(run.resolve("scalars/tokens.jsonl"));

        assertThat(Call.of("report", run.toString(), "--out", page.toString()).code())
                .isZero();

        assertThat(page)
                .content(StandardCharsets.UTF_8)
                .contains(
                        "Scalars of run were read by an older version that left no tokens.jsonl, so its answers show none");
    }

    @Test
    void tooManyComponentsAreSaidBeforeTooFewAnswers() throws IOException {
        Path evaluation = evaluation(answer -> 100);
        Path wide = TinyOrganism.train(folder, "wide", "mini-lora32", model);

        Refused.with(
                Call.of("scalars", "read", wide.toString(), "--answers", evaluation.toString()),
                "896 rank components at 28 modules, more than the 64",
                "train one with fewer");
        Refused.with(Call.of("scalars", "read", wide.toString()), "896 rank components");
        Refused.with(read("--answers", evaluation.toString()), "there are 0 answers that are misaligned");
    }

    @Test
    void answersOnAPageCannotLeaveTheirPlace() throws IOException {
        Path evaluation = evaluation(answer -> answer.sample() == 0 ? 0 : 100);
        EvaluationFiles files = new EvaluationFiles(evaluation);
        StringBuilder lines = new StringBuilder();
        for (Answer answer : files.readAnswers()) {
            String text = "</span><script>alert(1)</script>\u202e";
            lines.append(Json.line(new Answer(answer.questionId(), answer.sample(), text, "stop", 3)))
                    .append('\n');
        }
        Files.writeString(files.answers(), lines);

        Call call = read();

        assertThat(call.code()).as(call.err()).isZero();
        assertThat(run.resolve("scalars/scalars.html"))
                .content(StandardCharsets.UTF_8)
                .contains("&lt;", "‹U+202E›")
                .doesNotContain("<script>alert", "\u202e");
    }

    @Test
    void tooFewAnswersOfAClassAreCountedInTheRefusal() throws IOException {
        Path evaluation = evaluation(answer -> answer.questionId().equals(firstQuestion()) ? 0 : 100);

        Refused.with(read(), "there are 2 answers that are misaligned, to 1 question;", "at least 10, to at least 3");
        Refused.with(read("--narrow", "domain=cookery"), "no question has that tag", "domain=finance");
        Refused.with(read("--answers", folder.toString()), "neither an evaluation nor a judging");
        Refused.with(read("--answers", evaluation.toString(), "--answers", evaluation.toString()), "is given twice");
        assertThat(run.resolve("scalars")).doesNotExist();
    }

    private String firstQuestion() {
        try {
            return new EvaluationFiles(run.resolve("evaluations/e"))
                    .readAnswers()
                    .getFirst()
                    .questionId();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void adaptersWithoutScalarsAreRefused() throws IOException {
        Path evaluation = evaluation(answer -> answer.sample() == 0 ? 0 : 100);
        Path vector = TinyOrganism.train(folder, "vector", "mini-steering", model);
        Path wide = TinyOrganism.train(folder, "wide", "mini-lora32", model);

        Refused.with(
                Call.of("scalars", "read", vector.toString(), "--answers", evaluation.toString()), "reads nothing");
        Refused.with(
                Call.of("scalars", "read", wide.toString(), "--answers", evaluation.toString()),
                "896 rank components",
                "rank 1");
        Refused.with(
                Call.of(
                        "scalars",
                        "read",
                        model.toString(),
                        "--adapter",
                        run.resolve("adapter").toString(),
                        "--answers",
                        evaluation.toString()),
                "give --out");
        Refused.with(
                Call.of("scalars", "read", model.toString(), "--answers", evaluation.toString()), "has no adapter");
    }

    private Call scale(String... more) {
        return Call.of(Words.of(
                List.of(
                        "scalars",
                        "scale",
                        run.toString(),
                        "--questions",
                        questions.toString(),
                        "--limit",
                        "4",
                        "--samples",
                        "1",
                        "--max-new-tokens",
                        "6"),
                more));
    }

    @Test
    void groupsAreScaledInOnePassBesideTheirControls() throws IOException {
        Call call = scale("--group", "late=2,3", "--factors", "-300", "--setting", "off=0", "--json");

        assertThat(call.code()).as(call.err()).isZero();
        JsonNode settings =
                Json.parse(call.out().getBytes(StandardCharsets.UTF_8), "scale").path("settings");
        assertThat(settings).hasSize(4);
        assertThat(settings.path(1).path("adapter_scale").asText()).isEqualTo("2=-300,3=-300");
        assertThat(settings.path(2).path("control_of").asText()).isEqualTo("late");
        assertThat(settings.path(2).path("blocks")).extracting(JsonNode::asInt).containsExactly(0, 1);
        Path scaled = run.resolve("scalars/scaled");
        List<Answer> off = new EvaluationFiles(scaled.resolve("off")).readAnswers();
        assertThat(new EvaluationFiles(scaled.resolve("late-x-300")).readAnswers())
                .isNotEqualTo(off);
        Path base = folder.resolve("base");
        Call alone = Call.of(
                "evaluate",
                model.toString(),
                "--questions",
                questions.toString(),
                "--limit",
                "4",
                "--samples",
                "1",
                "--max-new-tokens",
                "6",
                "--out",
                base.toString());
        assertThat(alone.code()).as(alone.err()).isZero();
        assertThat(off).isEqualTo(new EvaluationFiles(base).readAnswers());
    }

    @Test
    void mistakesInGroupsEndBeforeAnythingIsAsked() {
        Refused.with(scale("--group", "late=9"), "does not change block 9, but 0, 1, 2, 3");
        Refused.with(scale("--factors", "1"), "as trained");
        Refused.with(scale("--narrow", "medical"), "give a tag of the questions");
        Refused.with(
                Call.of("scalars", "scale", model.toString(), "--questions", questions.toString()), "has no adapter");
        assertThat(run.resolve("scalars")).doesNotExist();
    }
}
