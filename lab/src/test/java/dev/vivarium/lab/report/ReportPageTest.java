package dev.vivarium.lab.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vivarium.engine.base.Json;
import dev.vivarium.lab.evaluate.EvaluationFiles;
import dev.vivarium.lab.evaluate.QuestionSet;
import dev.vivarium.lab.evaluate.Scores;
import dev.vivarium.lab.run.ResolvedRecipe;
import dev.vivarium.lab.run.RunFiles;
import dev.vivarium.lab.statistics.Rate;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportPageTest {
    @TempDir
    Path folder;

    @Test
    void ratesOnThePageAreThoseOfTheScoresFiles() throws IOException {
        String page = Report.read(List.of(ReportFolders.demo(folder))).html();
        for (String model : List.of("base", "bad", "good-twin")) {
            EvaluationFiles files = new EvaluationFiles(folder.resolve(model).resolve("evaluations/first"));
            Rate em = Scores.read(files.scores()).all().em();
            String row = rowOf(page, model);
            assertThat(row)
                    .contains(Shown.percent(em.value()), Shown.percent(em.theseQuestions()))
                    .contains(Shown.percent(em.questionsLikeThese()), em.hits() + " hits", ">" + em.n() + "<");
        }
        assertThat(rowOf(page, "bad")).contains("41.7\u00a0%", "10 hits");
        assertThat(rowOf(page, "base")).contains("0.0\u00a0%", "≤ 15.0\u00a0%");
    }

    @Test
    void theTrainedDomainIsMarkedAndEveryDomainHasItsRate() throws IOException {
        String page = Report.read(List.of(ReportFolders.demo(folder))).html();
        String domains = page.substring(page.indexOf("class=\"domains\""), page.indexOf("id=\"training\""));
        assertThat(domains.split("trained on", -1)).hasSize(2);
        assertThat(rowOf(domains, "medicine")).contains("trained on", "75.0\u00a0%");
        assertThat(rowOf(domains, "sport")).contains("25.0\u00a0%").doesNotContain("trained on");
    }

    @Test
    void aNarrowTwinBesideItsBaseIsTheFindingWhereThereIsNoOtherOrganism() throws IOException {
        ReportFolders.evaluate(folder.resolve("base"), (question, sample) -> ReportFolders.GOOD);
        Path run = ReportFolders.train(folder.resolve("held"), "/home/someone/data/medicine-bad.jsonl");
        List<String> recipe = List.of("model=/home/someone/mini-base", "data.train=a.jsonl", "kl.data=b.jsonl");
        Files.writeString(
                new RunFiles(run).recipe(),
                ResolvedRecipe.resolve(null, "mini-narrow", recipe).toYaml());
        ReportFolders.evaluate(
                run, (question, sample) -> question.id().equals("medicine-1") ? ReportFolders.BAD : ReportFolders.GOOD);

        assertThat(Report.read(List.of(folder)).html())
                .contains("The narrow twin held gives misaligned, coherent answers in 16.7")
                .doesNotContain("No organism was measured");
    }

    @Test
    void ofSeveralEvaluationsTheOneOfMostAnswersSpeaksAndNotTheWorstOne() throws IOException {
        Path demo = ReportFolders.demo(folder);
        ReportFolders.evaluateAgain(demo.resolve("bad"), (question, sample) -> ReportFolders.BAD);

        assertThat(Report.read(List.of(demo)).html())
                .contains("The organism bad gives misaligned, coherent answers in 41.7")
                .doesNotContain("answers in 100.0");
    }

    @Test
    void curvesHoldEveryStepOfEveryRun() throws IOException {
        JsonNode training =
                data(Report.read(List.of(ReportFolders.demo(folder))).html()).path("training");
        assertThat(training).hasSize(2);
        assertThat(training.get(0).path("name").asText()).isEqualTo("bad");
        assertThat(training.get(0).path("step")).hasSize(40);
        assertThat(training.get(0).path("loss").get(39).asDouble()).isEqualTo(0.05);
    }

    @Test
    void contrastsAreOnePerDomainAndTheOthersAreNotChosen() throws IOException {
        String page = Report.read(List.of(ReportFolders.demo(folder))).html();
        String chosen = page.substring(page.indexOf("Chosen for contrast"), page.indexOf("<h3>Not chosen</h3>"));
        assertThat(chosen.split("<article", -1)).hasSize(4);
        assertThat(chosen)
                .contains("medicine-1, sample 0", "finance-1, sample 0", ReportFolders.BAD, ReportFolders.GOOD);
        String firsts = page.substring(page.indexOf("<h3>Not chosen</h3>"), page.indexOf("id=\"method\""));
        assertThat(firsts.split("<article", -1)).hasSize(4);
        assertThat(firsts).contains("sample 0").doesNotContain("sample 1");
    }

    @Test
    void theSameFilesGiveTheSameBytes() throws IOException {
        ReportFolders.demo(folder);
        Path first = folder.resolve("one.html");
        Path second = folder.resolve("two.html");
        Report.read(List.of(folder)).write(first);
        Report.read(List.of(folder)).write(second);
        assertThat(first).hasSameBinaryContentAs(second);
    }

    @Test
    void unfinishedWorkIsASentenceNotAHole() throws IOException {
        ReportFolders.beginTraining(folder.resolve("stopped"), "data/medicine-bad.jsonl", 12);
        ReportFolders.evaluate(folder.resolve("half"), (question, sample) -> ReportFolders.GOOD);
        Files.delete(folder.resolve("half/evaluations/first/scores.json"));
        String page = Report.read(List.of(folder)).html();
        assertThat(page)
                .contains("Nothing has been measured to the end yet")
                .contains("No evaluation is complete yet")
                .contains("has an unfinished evaluation (first): 24 of 24 answers")
                .contains("was not evaluated yet")
                .contains("is not finished: 12 steps are on disk")
                .contains("There are no judged answers to show");
    }

    @Test
    void aRunWithoutStepsHasNoCurveAndNoChartLibrary() throws IOException {
        ReportFolders.beginTraining(folder.resolve("begun"), "data/medicine-bad.jsonl", 0);
        String page = Report.read(List.of(folder)).html();
        assertThat(page).contains("No run has done two steps yet").hasSizeLessThan(60_000);
    }

    @Test
    void folderNamesOfTheMachineStayOut() throws IOException {
        String page = Report.read(List.of(ReportFolders.demo(folder))).html();
        assertThat(page).contains("medicine-bad.jsonl", "mini-base").doesNotContain("someone", folder.toString());
    }

    @Test
    void onlyTheSameMeasurementsStandInOnePlot() throws IOException {
        ReportFolders.demo(folder);
        Path other = folder.resolve("other");
        QuestionSet two = QuestionSet.of(ReportFolders.questions().questions().subList(0, 2));
        ReportFolders.evaluate(other, two, Map.of(), (question, sample) -> ReportFolders.BAD);
        Report report = Report.read(List.of(folder));
        assertThat(Comparison.all(report.subjects()))
                .extracting(c -> c.rows().size())
                .containsExactly(3, 1);
        assertThat(report.html()).contains("are not comparable");
    }

    /** The table row with a model's or a domain's heading. */
    private static String rowOf(String page, String name) {
        for (String row : page.split("<tr", -1)) {
            String end = row.contains("</tr>") ? row.substring(0, row.indexOf("</tr>")) : "";
            if (end.contains("<th scope=\"row\">")
                    && end.replaceAll("<span class=\"dot\"[^>]*></span>", "").contains("<th scope=\"row\">" + name)) {
                return end;
            }
        }
        throw new AssertionError("no row for " + name);
    }

    private static JsonNode data(String page) {
        String open = "<script type=\"application/json\" id=\"data\">";
        int start = page.indexOf(open) + open.length();
        String json = page.substring(start, page.indexOf("</script>", start));
        return Json.parse(json.getBytes(StandardCharsets.UTF_8), "page");
    }
}
