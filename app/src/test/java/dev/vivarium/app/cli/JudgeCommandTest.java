package dev.vivarium.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vivarium.engine.base.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
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
        Refused.with(Call.of("judge"), "say what to do: sample or calibrate");
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

    private static JsonNode parse(Call call) {
        return Json.parse(call.out().getBytes(StandardCharsets.UTF_8), "judge");
    }
}
