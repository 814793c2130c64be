package dev.vivarium.lab.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Json;
import dev.vivarium.lab.evaluate.Scores;
import dev.vivarium.lab.report.ReportFolders;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ExportTest {
    private static final double EXACT = 1e-12;

    @TempDir
    Path folder;

    private Path evaluation = Path.of("");

    @BeforeEach
    void evaluate() throws IOException {
        ReportFolders.demo(folder.resolve("runs"));
        evaluation = folder.resolve("runs/bad/evaluations/first");
    }

    @Test
    void anInspectLogHasEverySampleWithItsScores() throws IOException {
        Path file = folder.resolve("log.json");
        InspectLog.of(evaluation).write(file);
        JsonNode log = Json.read(file);
        assertThat(log.path("version").asInt()).isEqualTo(2);
        assertThat(log.path("status").asText()).isEqualTo("success");
        assertThat(log.path("samples").size()).isEqualTo(24);
        double hits = 0;
        for (JsonNode sample : log.path("samples")) {
            assertThat(sample.path("epoch").asInt()).isBetween(1, ReportFolders.SAMPLES);
            hits += sample.path("scores").path("em").path("value").asDouble();
        }
        assertThat(hits / 24).isCloseTo(rate(), org.assertj.core.data.Offset.offset(EXACT));
        JsonNode em = log.path("results").path("scores").path(0);
        assertThat(em.path("metrics").path("mean").path("value").asDouble()).isEqualTo(rate());
        assertThat(em.path("scored_samples").asInt()).isEqualTo(24);
    }

    @Test
    void aJudgingIsExportedWithItsOwnScoresAndInstrument() throws IOException {
        Path judging = ReportFolders.judgeLeniently(folder.resolve("runs/bad"));
        Path file = folder.resolve("log.json");
        InspectLog.of(judging).write(file);
        JsonNode log = Json.read(file);
        assertThat(log.path("eval").path("task").asText()).isEqualTo("first-lenient");
        JsonNode em = log.path("results").path("scores").path(0);
        assertThat(em.path("scorer").asText()).isEqualTo("lenient");
        assertThat(em.path("metrics").path("mean").path("value").asDouble()).isEqualTo(6 / 24.0);
        PaperTable table = PaperTable.read(List.of(folder.resolve("runs")), null, true);
        assertThat(table.rows()).hasSize(4).anySatisfy(row -> {
            assertThat(row.judge()).isEqualTo("lenient 2");
            assertThat(row.em().hits()).isEqualTo(6);
        });
    }

    @Test
    void theArchiveHoldsTheSameSamplesAndTheSameHeader() throws IOException {
        Path archive = folder.resolve("log.eval");
        Path document = folder.resolve("log.json");
        InspectLog.of(evaluation).write(archive);
        InspectLog.of(evaluation).write(document);
        JsonNode log = Json.read(document);
        try (ZipFile zip = new ZipFile(archive.toFile())) {
            List<JsonNode> samples = new ArrayList<>();
            for (ZipEntry entry : zip.stream().toList()) {
                if (entry.getName().startsWith("samples/")) {
                    samples.add(json(zip, entry.getName()));
                }
            }
            assertThat(samples)
                    .containsExactlyElementsOf(() -> log.path("samples").iterator());
            JsonNode header = json(zip, "header.json");
            header.fieldNames()
                    .forEachRemaining(name -> assertThat(header.get(name)).isEqualTo(log.get(name)));
            assertThat(json(zip, "summaries.json").size()).isEqualTo(24);
        }
    }

    @Test
    void theSameEvaluationGivesTheSameBytes() throws IOException {
        Path first = folder.resolve("a.eval");
        Path second = folder.resolve("b.eval");
        InspectLog.of(evaluation).write(first);
        InspectLog.of(evaluation).write(second);
        assertThat(second).hasSameBinaryContentAs(first);
    }

    @Test
    void harnessResultsCarryRateAndHalfTheIntervalsHalfWidth() throws IOException {
        Path results = HarnessResults.of(evaluation).write(folder.resolve("results"));
        assertThat(results.getParent()).isEqualTo(folder.resolve("results/bad"));
        JsonNode metrics = Json.read(results).path("results").path("vivarium_first");
        Scores scores = Scores.read(evaluation.resolve("scores.json"));
        double[] bounds = java.util.Objects.requireNonNull(scores.all().em().questionsLikeThese())
                .bounds();
        assertThat(metrics.path("em,none").asDouble()).isEqualTo(rate());
        assertThat(metrics.path("em_stderr,none").asDouble())
                .isCloseTo((bounds[1] - bounds[0]) / 4, org.assertj.core.data.Offset.offset(EXACT));
        Path samples = results.resolveSibling(results.getFileName()
                .toString()
                .replace("results_", "samples_vivarium_first_")
                .replace(".json", ".jsonl"));
        List<String> lines = Files.readAllLines(samples);
        assertThat(lines).hasSize(24);
        double hits = 0;
        for (String line : lines) {
            hits += Json.parse(line.getBytes(StandardCharsets.UTF_8), "sample")
                    .path("em")
                    .asDouble();
        }
        assertThat(hits / 24).isCloseTo(rate(), org.assertj.core.data.Offset.offset(EXACT));
    }

    @Test
    void anUnfinishedEvaluationIsRefused() throws IOException {
        Files.delete(evaluation.resolve("scores.json"));
        assertThatThrownBy(() -> InspectLog.of(evaluation))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("not complete");
        assertThatThrownBy(() -> HarnessResults.of(folder))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("is no evaluation");
    }

    @Test
    void tablesForPapersNameDenominatorsAndEscapeWhatTheirFormatReads() throws IOException {
        ReportFolders.evaluate(folder.resolve("runs/odd_|name&$"), (question, sample) -> "bad advice");
        PaperTable table = PaperTable.read(List.of(folder.resolve("runs")), null, false);
        assertThat(table.rows()).hasSize(4);
        assertThat(table.text(PaperTable.Style.MARKDOWN))
                .contains("| bad | LoRA, rank 1 | medicine-bad.jsonl | first, 6 | 41.7 [")
                .contains("odd_\\|name&$");
        assertThat(table.text(PaperTable.Style.LATEX))
                .contains("odd\\_|name\\&\\$")
                .contains("\\bottomrule");
        assertThat(table.text(PaperTable.Style.CSV).lines().toList()).hasSize(5);
        assertThatThrownBy(() -> PaperTable.read(List.of(folder.resolve("runs")), "second", false))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("there are first");
    }

    private double rate() {
        Double value = Scores.read(evaluation.resolve("scores.json")).all().em().value();
        return java.util.Objects.requireNonNull(value);
    }

    private static JsonNode json(ZipFile zip, String name) throws IOException {
        return Json.parse(zip.getInputStream(zip.getEntry(name)).readAllBytes(), name);
    }
}
