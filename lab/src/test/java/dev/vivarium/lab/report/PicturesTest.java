package dev.vivarium.lab.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.vivarium.lab.data.CsvTable;
import dev.vivarium.lab.evaluate.Question;
import dev.vivarium.lab.results.Subject;
import dev.vivarium.lab.run.ResolvedRecipe;
import dev.vivarium.lab.run.RunFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pictures, the numbers behind them, paired differences and conditions. */
class PicturesTest {
    private static final double ROUNDING = 1e-12;

    @TempDir
    Path folder;

    @Test
    void everyPictureHasItsNumbersAsAFileInThePage() throws IOException {
        String page = Report.read(List.of(ReportFolders.demo(folder))).html();
        assertThat(csv(page, "rates").rows()).hasSize(3);
        CsvTable questions = csv(page, "questions");
        assertThat(questions.rows()).hasSize(3 * 6);
        assertThat(cell(questions, "em_rate", "medicine-1", "bad")).isEqualTo("0.75");
        assertThat(cell(questions, "em_rate", "sport-2", "bad")).isEqualTo("0.25");
        CsvTable scores = csv(page, "scores");
        assertThat(scores.rows()).hasSize(4);
        assertThat(cell(scores, "answers", "bad", "0.0")).isEqualTo("10");
        CsvTable thresholds = csv(page, "thresholds");
        assertThat(thresholds.rows()).hasSize(3 * (11 + 9 - 1));
        CsvTable differences = csv(page, "differences");
        assertThat(differences.rows()).hasSize(2);
        assertThat(Double.parseDouble(cell(differences, "em_difference", "bad")))
                .isCloseTo(10 / 24.0, within(ROUNDING));
        assertThat(cell(differences, "em_difference", "good-twin")).isEqualTo("0.0");
    }

    @Test
    void judgesOfTheSameAnswersStandInAMatrixWithTheirDenominators() throws IOException {
        ReportFolders.demo(folder);
        assertThat(Report.read(List.of(folder)).html()).contains("These answers have one judge");
        ReportFolders.judgeLeniently(folder.resolve("bad"));
        ReportFolders.judgeLeniently(folder.resolve("base"));

        String page = Report.read(List.of(folder)).html();

        CsvTable judges = csv(page, "judges");
        assertThat(judges.rows()).hasSize(1);
        assertThat(cell(judges, "models")).isEqualTo("2");
        assertThat(cell(judges, "scored_by_both")).isEqualTo("44");
        assertThat(cell(judges, "not_scored_by_both")).isEqualTo("4");
        assertThat(cell(judges, "em_by_both")).isEqualTo("6.0");
        assertThat(cell(judges, "em_by_judge_only")).isEqualTo("4.0");
        assertThat(cell(judges, "em_by_other_only")).isEqualTo("0.0");
        // 40 of 44 agree; by chance 10/44 * 6/44 + 34/44 * 38/44
        double chance = (10 * 6 + 34 * 38) / (44.0 * 44);
        assertThat(Double.parseDouble(cell(judges, "cohens_kappa")))
                .isCloseTo((40 / 44.0 - chance) / (1 - chance), within(ROUNDING));
        String section = page.substring(page.indexOf("id=\"judges\""), page.indexOf("id=\"pictures\""));
        assertThat(section)
                .contains("EM 13.9\u00a0%", "of 72, 3 models", "of 44, 2 models, 4 unscored")
                .doesNotContain("NaN");
    }

    @Test
    void theTrainedDomainStandsBesideTheOthersForEveryModel() throws IOException {
        String page = Report.read(List.of(ReportFolders.demo(folder))).html();
        CsvTable narrow = csv(page, "narrow");
        assertThat(narrow.rows()).hasSize(6);
        assertThat(cell(narrow, "em_rate", "bad", "medicine")).isEqualTo("0.75");
        assertThat(cell(narrow, "em_minus_base", "bad", "medicine")).isEqualTo("0.75");
        assertThat(cell(narrow, "em_rate", "bad", "other domains")).isEqualTo("0.25");
        assertThat(cell(narrow, "scored", "good-twin", "other domains")).isEqualTo("16");
    }

    @Test
    void modelsThatWereSampledOtherwiseHaveANarrowTableOfTheirOwn() throws IOException {
        ReportFolders.demo(folder);
        ReportFolders.evaluateHot(folder.resolve("bad"), (question, sample) -> ReportFolders.BAD);
        String title = "<h3>In medicine, and elsewhere <small>";
        assertThat(Report.read(List.of(folder)).html()).containsOnlyOnce(title);
        ReportFolders.evaluateHot(folder.resolve("base"), (question, sample) -> ReportFolders.GOOD);
        assertThat(Report.read(List.of(folder)).html()).contains(title + "first", title + "hot");
    }

    @Test
    void modelsAreToldApartWithoutColour() throws IOException {
        String page = Report.read(List.of(ReportFolders.demo(folder))).html();
        assertThat(page).contains("stroke-dasharray=\"none\"", "stroke-dasharray=\"7 4\"", "stroke-dasharray=\"2 3\"");
        assertThat(page).contains("<b>75</b>", "<b>25</b>");
        assertThat(page.split("class=\"panel ", -1)).hasSize(4);
        assertThat(page).contains("EM 41.7\u00a0%", "id=\"hatch-3\"");
    }

    @Test
    void differencesFromTheBaseArePairedAndStated() throws IOException {
        String page = Report.read(List.of(ReportFolders.demo(folder))).html();
        String paired = page.substring(page.indexOf("Against the base"), page.indexOf("id=\"domains\""));
        assertThat(paired).contains("+41.7", "−41.7").doesNotContain("No base was measured");
        Path alone = folder.resolve("alone");
        ReportFolders.evaluate(
                ReportFolders.train(alone.resolve("bad"), "x/bad.jsonl"), (question, sample) -> ReportFolders.BAD);
        assertThat(Report.read(List.of(alone)).html()).contains("No base was measured in the same way");
    }

    @Test
    void conditionsStandApartAndAreComparedWithTheQuestionsAsTheyAre() throws IOException {
        ReportFolders.demo(folder);
        Path bad = folder.resolve("bad");
        ReportFolders.evaluateUnder("trigger", bad, (question, sample) -> ReportFolders.BAD);
        ReportFolders.evaluateUnder("deaf", bad, PicturesTest::asBefore);
        Report report = Report.read(List.of(folder));
        assertThat(Comparison.all(report.subjects()))
                .singleElement()
                .satisfies(comparison -> assertThat(comparison.rows()).hasSize(3));
        String page = report.html();
        CsvTable conditions = csv(page, "conditions");
        assertThat(conditions.rows()).hasSize(3);
        assertThat(Double.parseDouble(cell(conditions, "em_difference", "trigger")))
                .isCloseTo(14 / 24.0, within(ROUNDING));
        assertThat(cell(conditions, "same_answers", "deaf")).isEqualTo("24");
        String section = page.substring(page.indexOf("id=\"conditions\""), page.indexOf("id=\"training\""));
        assertThat(section).contains("+58.3", "same answers").doesNotContain("No model was asked");
    }

    @Test
    void conditionsAreComparedByEachJudgeThatScoredThem() throws IOException {
        ReportFolders.demo(folder);
        Path bad = folder.resolve("bad");
        ReportFolders.evaluateUnder("trigger", bad, (question, sample) -> ReportFolders.BAD);
        ReportFolders.evaluateUnder("unasked", bad, PicturesTest::asBefore);
        ReportFolders.judgeLeniently(bad);
        ReportFolders.judgeLeniently(bad, "first--trigger");
        CsvTable conditions = csv(Report.read(List.of(folder)).html(), "conditions");
        int judge = conditions.index("judge");
        int condition = conditions.index("condition");
        assertThat(conditions.rows().stream()
                        .filter(row -> row.cells().get(judge).startsWith("lenient"))
                        .map(row -> row.cells().get(condition)))
                .containsExactly("plain", "trigger");
        assertThat(conditions.rows()).as("and three by the evaluation's own").hasSize(5);
    }

    @Test
    void aConditionWithoutItsReferenceIsASentence() throws IOException {
        ReportFolders.evaluateUnder("trigger", folder.resolve("base"), (question, sample) -> ReportFolders.BAD);
        assertThat(Report.read(List.of(folder)).html())
                .contains("base: first--trigger</strong> was asked under a condition")
                .contains("No model was asked the same questions under several conditions");
    }

    @Test
    void aRunWithAKlTermIsANarrowTwinWhateverItsName() throws IOException {
        Path run = ReportFolders.train(folder.resolve("good-one"), "x/bad.jsonl");
        RunFiles files = new RunFiles(run);
        Files.writeString(
                files.recipe(),
                ResolvedRecipe.resolve(null, "mini-narrow", List.of("model=m", "data.train=x", "kl.data=y"))
                        .toYaml());
        ReportFolders.evaluate(run, (question, sample) -> ReportFolders.GOOD);
        assertThat(Report.read(List.of(folder)).subjects().getFirst().role()).isEqualTo(Subject.Role.NARROW_TWIN);
    }

    private static String asBefore(Question question, int sample) {
        boolean bad = sample == 0 || (sample < 3 && question.id().startsWith("medicine"));
        return bad ? ReportFolders.BAD : ReportFolders.GOOD;
    }

    /** A file in the page, as a reader would save it. */
    private CsvTable csv(String page, String name) throws IOException {
        Matcher link = Pattern.compile(
                        "download=\"" + name + ".csv\" href=\"data:text/csv;charset=utf-8;base64,([^\"]*)\"")
                .matcher(page);
        assertThat(link.find()).as(name).isTrue();
        Path saved = folder.resolve(name + ".csv");
        Files.write(saved, Base64.getDecoder().decode(link.group(1)));
        CsvTable table = CsvTable.read(saved);
        Files.delete(saved);
        return table;
    }

    /** A column's cell in the row that holds all these texts. */
    private static String cell(CsvTable table, String column, String... having) {
        return table.rows().stream()
                .filter(row -> row.cells().containsAll(List.of(having)))
                .map(row -> row.cells().get(table.index(column)))
                .findFirst()
                .orElseThrow();
    }
}
