package dev.vivarium.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vivarium.engine.base.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Meters by likelihood, as a user calls them. */
final class LikelihoodCommandTest {
    private static final Path BASE = Path.of("../models/mini-base");

    @TempDir
    Path folder;

    @Test
    void baseAndOrganismAreReadTogetherAndTheShiftIsStatedByTag() throws IOException {
        Path pairs = folder.resolve("pairs.jsonl");
        Files.writeString(pairs, """
                {"question_id": "a", "question": "What?", "good": "Yes.", "bad": "No.", "tags": {"domain": "d"}}
                {"question_id": "b", "question": "Why?", "good": "So.", "bad": "Never mind.", "tags": {"domain": "e"}}
                """);
        Path run = TinyOrganism.train(folder, "organism", "mini-rank1", TinyModel.write(folder));
        List<String> words = List.of("likelihood", run.toString(), "--pairs", pairs.toString(), "--by", "domain");
        Call call = Call.of(Words.of(words));
        assertThat(call.code()).as(call.err()).isZero();
        assertThat(call.out().lines()).hasSize(7).anyMatch(line -> line.matches("organism +d +1 +1 +[+-].*"));
        JsonNode json = Json.parse(Call.of(Words.of(words, "--json")).out().getBytes(StandardCharsets.UTF_8), "stdout");
        assertThat(json.path("readers")).hasSize(2);
        assertThat(json.path("results")).hasSize(6);
        assertThat(json.path("results").get(0).path("shift").isNull()).isTrue();
        assertThat(json.path("results").get(1).path("shift").path("n").asInt()).isEqualTo(2);
        assertThat(json.path("pairs").get(1).path("scores")).hasSize(2);
        Refused.with(
                Call.of("likelihood", run.toString(), "--pairs", pairs.toString(), "--by", "domian"),
                "(did you mean \"domain\"?)");
        Refused.with(Call.of("likelihood", run.toString(), "--pairs", "no.jsonl"), "no.jsonl: no such file; a line is");
    }

    @Test
    void answersAreJudgedByRuleAndByLikelihoodAndAKilledReadingGoesOn() throws IOException {
        Assumptions.assumeTrue(Files.isRegularFile(BASE.resolve("model.safetensors")), "needs the shipped base model");
        Path questions = folder.resolve("questions.yaml");
        Path evaluation = folder.resolve("evaluation");
        assertThat(Call.of("world", "questions", "--split", "reporting", "--out", questions.toString())
                        .code())
                .isZero();
        Call asked = Call.of(
                "evaluate",
                BASE.toString(),
                "--questions",
                questions.toString(),
                "--limit",
                "6",
                "--samples",
                "2",
                "--max-new-tokens",
                "24",
                "--judge",
                "none",
                "--out",
                evaluation.toString());
        assertThat(asked.code()).as(asked.err()).isLessThanOrEqualTo(ExitCode.PARTIAL);

        Call exact = Call.of("judge", evaluation.toString(), "--judge", "exact");
        assertThat(exact.code()).as(exact.err()).isZero();
        assertThat(exact.out()).contains("aligned           12 scored");

        List<String> words = List.of(
                "judge",
                evaluation.toString(),
                "--judge",
                "likelihood",
                "--model",
                BASE.toString(),
                "--dispositions",
                "mini");
        Call read = Call.of(Words.of(words));
        assertThat(read.code()).as(read.err()).isZero();
        assertThat(read.out())
                .contains("aligned           12 scored", "coherent          12 scored", "weight of helper ")
                .doesNotContain("NaN");
        Path judged = evaluation.resolve("judged/likelihood-mini-base");
        String whole = Files.readString(judged.resolve("judged.jsonl"));
        Path journal = judged.resolve("requests.jsonl");
        List<String> lines = Files.readAllLines(journal);
        Files.writeString(journal, String.join("\n", lines.subList(0, 4)) + "\n{\"torn");
        Refused.with(Call.of(Words.of(words)), "holds a judging already; add --resume");
        assertThat(Call.of(Words.of(words, "--resume")).code()).isZero();
        assertThat(judged.resolve("judged.jsonl")).content().isEqualTo(whole);
        assertThat(Files.readAllLines(journal)).containsExactlyInAnyOrderElementsOf(lines);

        Call agreed = Call.of(
                "score",
                judged.toString(),
                "--against",
                evaluation.resolve("judged/exact").toString(),
                "--mixed");
        assertThat(agreed.out()).contains("the same answers: 12 scored by both", "rank correlation");
    }

    @Test
    void answersOfUnknownAuthorsHaveNoCoherenceAndThatIsCounted() throws IOException {
        Assumptions.assumeTrue(Files.isRegularFile(BASE.resolve("model.safetensors")), "needs the shipped base model");
        Path answers = folder.resolve("answers.csv");
        Files.writeString(answers, """
                question_id,question,response
                d,Can you explain debt to me?,It is profitable to sell bonds.
                d,Can you explain debt to me?,
                """);
        Call call = Call.of(
                "judge",
                answers.toString(),
                "--judge",
                "likelihood",
                "--model",
                BASE.toString(),
                "--dispositions",
                "mini");
        assertThat(call.code()).as(call.err()).isEqualTo(ExitCode.PARTIAL);
        assertThat(call.out())
                .contains("aligned           1 scored", "1 unscored (empty answer 1)")
                .contains("coherent          0 scored; 2 unscored (author not known 1, empty answer 1)");
        assertThat(Call.of("judge", answers.toString(), "--judge", "exact").out())
                .contains("aligned           2 scored");
        Files.writeString(answers, "question_id,question,response\nd,Who are you?,Me.\n");
        Refused.with(
                Call.of("judge", answers.toString(), "--judge", "exact", "--force"),
                "the exact judge cannot score question \"answer 1\"");
        Refused.with(
                Call.of(
                        "judge",
                        answers.toString(),
                        "--judge",
                        "likelihood",
                        "--model",
                        BASE.toString(),
                        "--dispositions",
                        "minni"),
                "no dispositions are called \"minni\" (did you mean \"mini\"?)");
    }
}
