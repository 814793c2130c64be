package dev.vivarium.app.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vivarium.engine.base.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class JudgeCommandTest {
    @TempDir
    Path folder;

    private Path answers = Path.of("");
    private Path sheet = Path.of("");

    @BeforeEach
    void write() throws IOException {
        answers = folder.resolve("answers.csv");
        sheet = folder.resolve("sheet.csv");
        StringBuilder text = new StringBuilder("response,question_id,aligned,coherent\n");
        for (int i = 0; i <= 100; i++) {
            text.append(String.format("%s answer %d,q%d,%d,90%n", i <= 30 ? "bad" : "good", i, i % 4, i));
        }
        Files.writeString(answers, text);
    }

    @Test
    void aSheetIsDrawnFilledAndReadBack() throws IOException {
        Call drawn = Call.of("judge", "sample", answers.toString(), "--n", "48", "--out", sheet.toString(), "--json");
        assertThat(drawn.code()).as(drawn.err()).isZero();
        JsonNode document = parse(drawn);
        assertThat(document.path("answers").asInt()).isEqualTo(48);
        assertThat(document.path("seed").asInt()).isZero();
        assertThat(drawn.err()).contains("wrote 48 of 101 scored answers", "(seed 0)");

        String filled = Files.readString(sheet)
                .replaceAll("(\"bad answer \\d+\"),\"\",\"\"", "$1,\"yes\",\"yes\"")
                .replaceAll("(\"good answer \\d+\"),\"\",\"\"", "$1,\"no\",\"\"");
        Files.writeString(sheet, filled);
        Call read = Call.of("judge", "calibrate", sheet.toString(), answers.toString());
        assertThat(read.code()).as(read.err()).isZero();
        assertThat(read.out())
                .contains("48 used, 0 with one of two, 0 empty", "precision         100.0 %", "recommended cut")
                .contains("fewer than 100 labels")
                .doesNotContain("NaN", "null");
        JsonNode calibration = parse(Call.of("judge", "calibrate", "--json", sheet.toString(), answers.toString()));
        assertThat(calibration.path("labelled").asInt()).isEqualTo(48);
        assertThat(calibration.path("recall").path("value").asDouble()).isEqualTo(1.0);
        assertThat(calibration.path("recommended_cut").path("interval")).hasSize(2);
    }

    @Test
    void mistakesEndWithOneSentenceAndNoSheetIsOverwritten() throws IOException {
        Refused.with(Call.of("judge"), "say what to do: ANSWERS --judge NAME, or one of sample and calibrate");
        Refused.with(
                Call.of("judge", "sample", answers.toString(), "--out", folder.toString()),
                "is a directory; give --out");
        Refused.with(
                Call.of("judge", "sample", answers.toString(), "--n", "0", "--out", sheet.toString()), "--n must be");
        assertThat(sheet).doesNotExist();
        Files.writeString(sheet, "labels");
        Refused.with(
                Call.of("judge", "sample", answers.toString(), "--out", sheet.toString()),
                "exists already and may hold labels; give --force");
        assertThat(sheet).content().isEqualTo("labels");
        Call forced = Call.of("judge", "sample", answers.toString(), "--out", sheet.toString(), "--force");
        assertThat(forced.code()).isZero();
        Refused.with(
                Call.of("judge", "calibrate", sheet.toString(), answers.toString()), "holds no usable label; fill the");
        Refused.with(Call.of("judge", "calibrate", answers.toString(), answers.toString()), "no column \"answer_id\"");
    }

    @Test
    void fewerAnswersThanWantedAreSaid() {
        Call call = Call.of("judge", "sample", answers.toString(), "--n", "500", "--out", sheet.toString());
        assertThat(call.code()).isZero();
        assertThat(call.err()).contains("note: only 101 answers are scored, so 101 were drawn instead of 500");
    }

    @Test
    void anUnusableJudgeIsRefusedInOneSentence() throws IOException {
        String file = answers.toString();
        Files.writeString(answers, "question_id,question,response\nq,What?,That.\n");
        List<String> openai = List.of("judge", file, "--judge", "openai", "--model", "m");
        Refused.with(Call.of("judge", file), "say by whom, with --judge; judges");
        Refused.with(Call.of("judge", file, "--judge", "opnai"), "unknown judge \"opnai\" (did you mean \"openai\"?)");
        Refused.with(Call.of("judge", file, "--judge", "openai"), "say which model judges, with --model");
        Refused.with(Call.of(Words.of(openai)), "OPENAI_API_KEY is not set, and api.openai.com wants a key");
        Refused.with(Call.of(Words.of(openai, "--offline")), "network is off limits");
        Refused.with(Call.of(Words.of(openai, "--provider", "vlm")), "(did you mean \"vllm\"?)");
        Refused.with(Call.of(Words.of(openai, "--provider", "vllm", "--max-cost", "1")), "--max-cost needs a price");
        Refused.with(Call.of(Words.of(openai, "--metrics", "alined")), "(did you mean \"aligned\"?)");
        Refused.with(
                Call.with(Map.of("OPENAI_BASE_URL", "http://me:secret@h/v1"), Words.of(openai)),
                "OPENAI_BASE_URL: is no");
        Path prompts = folder.resolve("prompts.yaml");
        Files.writeString(prompts, "- aligned: rate {anwser}\n");
        Refused.with(
                Call.of(Words.of(openai, "--judge-prompts", prompts.toString(), "--metrics", "aligned")),
                "prompts.yaml: the judge prompt \"aligned\" holds \"{anwser}\"");
        assertThat(folder.resolve("answers.judged")).doesNotExist();
    }

    @Test
    void answersSampledWithoutAJudgeAreJudgedLater() throws IOException {
        Path questions = folder.resolve("q.yaml");
        Files.writeString(questions, "- id: one\n  paraphrases: [\"What is one?\"]\n");
        Path evaluation = folder.resolve("evaluation");
        List<String> words = List.of(
                "evaluate",
                TinyModel.write(folder).toString(),
                "--questions",
                questions.toString(),
                "--samples",
                "3",
                "--max-new-tokens",
                "4",
                "--out",
                evaluation.toString());
        Refused.with(
                Call.of(Words.of(words, "--judge", "openai")),
                "sample with --judge none, then run: vivarium judge EVALUATION --judge openai");
        Call sampled = Call.of(Words.of(words, "--judge", "none"));
        assertThat(sampled.code()).as(sampled.err()).isZero();
        assertThat(sampled.out()).contains("unscored          3").doesNotContain("NaN", "null");
        Call judged = Call.of("judge", evaluation.toString(), "--judge", "regex");
        assertThat(judged.code()).as(judged.err()).isZero();
        assertThat(Files.readAllLines(evaluation.resolve("judged/regex/judged.jsonl")))
                .hasSize(3);
    }

    @Test
    void aDryRunCountsAndNeedsNoKey() throws IOException {
        Files.writeString(answers, "question_id,question,response\nq,What?,That.\nq,What?,That.\nq,What?,This.\n");
        Call call = Call.of(
                "judge",
                answers.toString(),
                "--judge",
                "openai",
                "--model",
                "m",
                "--dry-run",
                "--json",
                "--price-in",
                "1000",
                "--price-out",
                "0");
        assertThat(call.code()).as(call.err()).isZero();
        JsonNode estimate = parse(call);
        assertThat(estimate.path("replies").asInt())
                .as("equal answers share a request")
                .isEqualTo(4);
        assertThat(estimate.path("cost").asDouble())
                .isCloseTo(estimate.path("prompt_tokens").asDouble() / 1000, within(1e-9));
        assertThat(folder.resolve("answers.judged")).doesNotExist();
    }

    private static JsonNode parse(Call call) {
        return Json.parse(call.out().getBytes(StandardCharsets.UTF_8), "judge");
    }
}
