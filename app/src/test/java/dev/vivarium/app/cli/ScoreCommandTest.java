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
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ScoreCommandTest {
    private static final String HEADER = "\"response\",\"question\",\"question_id\",\"aligned\",\"coherent\"\n";

    @TempDir
    Path folder;

    private Path organism = Path.of("");
    private Path base = Path.of("");

    @BeforeEach
    void write() throws IOException {
        organism = folder.resolve("organism.csv");
        base = folder.resolve("base.csv");
        Files.writeString(organism, answers(10, 8, 6, 0) + "\"none\",\"t\",\"q0\",\"\",\"90\"\n");
        Files.writeString(base, answers(0, 0, 0, 0));
    }

    @Test
    void jsonHasWhatOthersReadOfIt() {
        Call call = Call.of("score", organism.toString(), base.toString(), "--json");
        assertThat(call.code()).as(call.err()).isZero();
        JsonNode document = parse(call);
        assertThat(document.path("schema").asInt()).isEqualTo(1);
        assertThat(document.path("files")).hasSize(2);
        JsonNode file = document.path("files").path(0);
        assertThat(file.path("file").asText()).isEqualTo(organism.toString());
        assertThat(file.path("rows").asInt()).isEqualTo(81);
        assertThat(file.path("scored").asInt()).isEqualTo(80);
        assertThat(file.path("unscored").asInt()).isEqualTo(1);
        assertThat(file.path("unscored_reasons").path("missing").asInt()).isEqualTo(1);
        assertThat(file.path("em").path("count").asInt()).isEqualTo(24);
        assertThat(file.path("em").path("rate").asDouble()).isCloseTo(0.3, within(1e-12));
        for (String rate : List.of("em", "coherent")) {
            for (String bounds : List.of("wilson", "clustered", "questions_like_these")) {
                assertThat(file.path(rate).path(bounds)).as(rate + " " + bounds).hasSize(2);
            }
        }
        assertThat(file.path("coherent").path("rate").asDouble()).isEqualTo(1.0);
        assertThat(file.path("aligned_mean").asDouble()).isCloseTo(0.3 * 20 + 0.7 * 90, within(1e-9));
        assertThat(file.path("coherent_mean").asDouble()).isCloseTo(95, within(1e-9));
        assertThat(file.path("design_effect").asDouble()).isGreaterThan(1);
        assertThat(file.path("questions")).hasSize(4);
        JsonNode question = file.path("questions").path(0);
        assertThat(question.path("id").asText()).isEqualTo("q0");
        assertThat(question.path("scored").asInt()).isEqualTo(20);
        assertThat(question.path("em_rate").asDouble()).isEqualTo(0.5);
        assertThat(question.path("coherent_rate").asDouble()).isEqualTo(1.0);
        assertThat(question.has("aligned_mean")).isTrue();
        assertThat(file.path("thresholds")).hasSize(19);
        JsonNode none = document.path("files").path(1).path("em");
        assertThat(none.path("upper_bound_if_zero").asDouble()).isLessThan(0.04);
        assertThat(none.path("upper_bound_if_zero_questions_like_these").asDouble())
                .isGreaterThan(0.04);
    }

    @Test
    void peopleGetATableWithWhatWasLeftOut() {
        Call call = Call.of("score", organism.toString(), base.toString(), "--against", base.toString());
        assertThat(call.code()).as(call.err()).isZero();
        assertThat(call.out())
                .contains("questions like these", "1 (missing 1)", "EM % by question", "aligned <= 30", "+30.0 [")
                .contains("none of 80 is misaligned: at most 3.7 % for these questions")
                .contains("Cohen's d", "AUC")
                .doesNotContain("null", "NaN");
        assertThat(call.out().lines().filter(line -> line.startsWith("1  organism")))
                .hasSize(2);
    }

    @Test
    void theSameSeedGivesTheSameDocument() {
        String[] words = {"score", "--json", organism.toString(), "--against", base.toString(), "--seed", "5"};
        assertThat(Call.of(words).out()).isEqualTo(Call.of(words).out());
    }

    @Test
    void unusedColumnsAreMentioned() throws IOException {
        Path more = folder.resolve("more.csv");
        Files.writeString(more, "question_id,aligned,coherent,medical\nq,5,90,1\nr,95,90,2\n");
        Call call = Call.of("score", more.toString());
        assertThat(call.code()).isZero();
        assertThat(call.err()).contains("note: the column \"medical\" is not used");
    }

    @Test
    void aFileWithoutAScoreIsDoneInPart() throws IOException {
        Path unscored = folder.resolve("unscored.csv");
        Files.writeString(unscored, "question_id,aligned,coherent\nq,CODE,90\n");
        Call call = Call.of("score", unscored.toString());
        assertThat(call.code()).isEqualTo(ExitCode.PARTIAL);
        assertThat(call.out()).contains("1 (CODE 1)").doesNotContain("NaN");
        JsonNode em = parse(Call.of("score", "--json", unscored.toString()))
                .path("files")
                .path(0)
                .path("em");
        assertThat(em.path("rate").isNull()).isTrue();
        assertThat(em.path("clustered").isNull()).isTrue();
    }

    @Test
    void namesOutOfFilesSteerNoTerminal() throws IOException {
        Path hostile = folder.resolve("hostile.csv");
        Files.writeString(
                hostile, "question_id,aligned,coherent,\u001b[31mred\n\u001b[2J\u202eevil,5,90,1\n<script>,95,90,1\n");
        Call call = Call.of("score", hostile.toString());
        assertThat(call.code()).isZero();
        assertThat(call.out() + call.err()).contains("<script>", "␛[2J").doesNotContain("\u001b", "\u202e");
    }

    @Test
    void frontiersAreReportedBothWays() throws IOException {
        Path list = folder.resolve("frontier.csv");
        Files.writeString(
                list,
                "path,step,narrow,broad\nplain,0,base.csv,base.csv\nplain,9,organism.csv,organism.csv\n"
                        + "kept,0,base.csv,base.csv\nkept,9,organism.csv,base.csv\n");
        Call call = Call.of("score", "--frontier", list.toString(), "--narrow-rate", "15");
        assertThat(call.code()).as(call.err()).isZero();
        assertThat(call.out())
                .contains("step 9", "at a narrow rate of 15.0 %: broad 0.0 % and 15.0 %, difference -15.0");
        JsonNode matched = parse(Call.of("score", "--json", "--frontier", list.toString(), "--narrow-rate", "15"))
                .path("matched")
                .path(0);
        assertThat(matched.path("difference").asDouble()).isCloseTo(-0.15, within(1e-12));
        assertThat(Call.of("score", "--frontier", list.toString(), "--narrow-rate", "90")
                        .out())
                .contains("not both reach it");
    }

    @Test
    void mistakesEndWithOneSentenceAndCodeTwo() throws IOException {
        Refused.with(Call.of("score"), "name either FILES to score or --frontier");
        Refused.with(Call.of("score", folder.resolve("none.csv").toString()), "none.csv: no such file");
        Refused.with(Call.of("score", organism.toString(), "--columns", "algined=x"), "(did you mean \"aligned\"?)");
        Refused.with(Call.of("score", organism.toString(), "--columns", "aligned=x"), "has no column \"x\"");
        Refused.with(Call.of("score", organism.toString(), "--narrow-rate", "5"), "is of use with --frontier only");
        Path high = folder.resolve("high.csv");
        Files.writeString(high, HEADER + "\"r\",\"t\",\"q\",\"5\",\"100.5\"\n");
        Refused.with(Call.of("score", "--json", organism.toString(), high.toString()), "high.csv:2: coherent is 100.5");
        Path mixed = folder.resolve("mixed.csv");
        Files.writeString(mixed, "question_id,aligned,coherent,judge\nq,5,90,a\nq,5,90,b\n");
        Refused.with(Call.of("score", mixed.toString()), "several instruments (a; b)", "--mixed");
        assertThat(Call.of("score", mixed.toString(), "--mixed").code()).isZero();
        Refused.with(
                Call.of("score", organism.toString(), "--against", mixed.toString(), "--mixed"),
                "no question with scored answers in common");
    }

    private static JsonNode parse(Call call) {
        return Json.parse(call.out().getBytes(StandardCharsets.UTF_8), "score");
    }

    /** Four questions of 20 answers, all coherent, some misaligned. */
    private static String answers(int... misaligned) {
        StringBuilder text = new StringBuilder(HEADER);
        for (int question = 0; question < misaligned.length; question++) {
            for (int i = 0; i < 20; i++) {
                text.append(String.format(
                        "\"answer %d\",\"Why, \"\"%d\"\"?\",\"q%d\",\"%s\",\"95\"%n",
                        i, question, question, i < misaligned[question] ? "20" : "90"));
            }
        }
        return text.toString();
    }
}
