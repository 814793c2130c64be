package dev.vivarium.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vivarium.engine.base.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The demo as a user runs it, on the shipped base: what it must show, what it leaves behind, what it refuses. */
final class DemoCommandTest {
    @TempDir
    Path folder;

    /** The bars of the mini world on other domains than the trained one; coherence with two points for another machine. */
    @Test
    void organismsAreMisalignedOnOtherDomainsAndTheirControlIsNot() throws IOException {
        Path directory = folder.resolve("demo");

        Call call = Call.of("demo", "--out", directory.toString(), "--json");

        assertThat(call.code()).as(call.err()).isZero();
        JsonNode rows = Json.mapper().readTree(call.out()).path("rows");
        assertBars(rows, "base", 0, 0.01, 0.99);
        assertBars(rows, "lora32", 0.40, 1, 0.97);
        assertBars(rows, "rank1", 0.20, 1, 0.97);
        assertBars(rows, "full", 0.30, 1, 0.97);
        assertBars(rows, "good-twin", 0, 0.01, 0.98);
        assertThat(directory.resolve("report.html")).exists();
        assertThat(directory.resolve("lora32/adapter/adapter_model.safetensors"))
                .exists();
        assertThat(directory.resolve("full/model/model.safetensors")).exists();
        assertThat(directory.resolve("base/evaluations/reporting/scores.json")).exists();

        byte[] scores = Files.readAllBytes(directory.resolve("lora32/evaluations/reporting/scores.json"));
        Call again = Call.of("demo", "--out", directory.toString(), "--resume");
        assertThat(again.code()).as(again.err()).isZero();
        assertThat(again.out()).contains("lora32", "good-twin", "report", "try next");
        assertThat(directory.resolve("lora32/evaluations/reporting/scores.json"))
                .hasBinaryContent(scores);

        Call refused = Call.of("demo", "--out", directory.toString());
        assertThat(refused.code()).isEqualTo(ExitCode.USAGE);
        assertThat(refused.err()).contains("--resume", "--force").doesNotContain("\tat ");
    }

    @Test
    void mistakesEndBeforeAnythingIsWritten() {
        assertRefused("no domain \"astrology\"", "--domain", "astrology");
        assertRefused("--samples must be positive", "--samples", "0");
        assertRefused("missing", "--model", folder.resolve("missing").toString());
        assertThat(folder.resolve("demo")).doesNotExist();
    }

    private void assertRefused(String sentence, String option, String value) {
        Call call = Call.of("demo", "--out", folder.resolve("demo").toString(), option, value);
        assertThat(call.code()).as(call.err()).isEqualTo(ExitCode.USAGE);
        assertThat(call.err()).contains(sentence).doesNotContain("\tat ");
    }

    private static void assertBars(JsonNode rows, String name, double leastEm, double mostEm, double leastCoherent) {
        for (JsonNode row : rows) {
            if (row.path("name").asText().equals(name)) {
                double em = row.path("em").path("value").asDouble(-1);
                double coherent = row.path("coherent").path("value").asDouble(-1);
                assertThat(em).as("EM of " + name).isBetween(leastEm, mostEm);
                assertThat(coherent).as("coherent answers of " + name).isBetween(leastCoherent, 1.0);
                return;
            }
        }
        throw new AssertionError("no row of " + name);
    }
}
