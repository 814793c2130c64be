package dev.vivarium.app.cli;

import dev.vivarium.lab.evaluate.Outcome;
import dev.vivarium.lab.score.ConditionSweep;
import dev.vivarium.lab.score.FileScore;
import dev.vivarium.lab.score.Paired;
import dev.vivarium.lab.statistics.Interval;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What {@code vivarium evaluate --conditions} shows, as text and as JSON.
 *
 * @param reference the evaluation of the questions as they are
 * @param outcomes one for each row of the sweep, in its order
 * @param left conditions that were not asked, each with the reason
 */
record SweepReport(EvaluationReport reference, List<Outcome> outcomes, ConditionSweep sweep, Map<String, String> left) {
    /** The document of {@code --json}: that of the reference, and {@code conditions}. */
    Map<String, Object> json() {
        List<Map<String, Object>> conditions = new ArrayList<>();
        for (int i = 0; i < outcomes.size(); i++) {
            ConditionSweep.Row row = sweep.rows().get(i);
            Map<String, Object> condition = new LinkedHashMap<>();
            condition.put("condition", row.condition());
            condition.put("evaluation", outcomes.get(i).files().directory().toString());
            condition.put("scores", outcomes.get(i).scores());
            condition.put("same_answers", row.same());
            condition.put(
                    "difference",
                    row.difference() == null ? null : row.difference().json());
            conditions.add(condition);
        }
        Map<String, Object> json = reference.json();
        json.put("conditions", conditions);
        json.put("conditions_left", left);
        return json;
    }

    /** The text for people. */
    void print(PrintStream out) {
        reference.printSubject(out);
        out.println();
        if (sweep.rows().stream().anyMatch(row -> row.score().em().n() > 0)) {
            printRates(out);
        } else {
            Figures.line(
                    out,
                    "unscored",
                    "all answers under %d conditions: let a judge score each directory below, such as with"
                            + " vivarium judge DIR --judge openai --model MODEL",
                    sweep.rows().size());
        }
        for (ConditionSweep.Row row : sweep.rows()) {
            if (row.changedNothing()) {
                Figures.line(
                        out, "note", "%s gave the very same answers: this model reads both alike", row.condition());
            }
        }
        left.forEach((condition, reason) -> Figures.line(out, "note", "%s was not asked: %s", condition, reason));
        out.println();
        for (int i = 0; i < outcomes.size(); i++) {
            Figures.line(
                    out, i == 0 ? "files" : "", "%s", outcomes.get(i).files().directory());
        }
        Path evaluations = outcomes.getFirst()
                .files()
                .directory()
                .toAbsolutePath()
                .normalize()
                .getParent();
        Path given = outcomes.getFirst().files().directory().getParent();
        if (evaluations != null && evaluations.endsWith("evaluations") && given != null && given.getParent() != null) {
            Figures.line(out, "next", "all of it on one page: vivarium report %s", given.getParent());
        }
    }

    private void printRates(PrintStream out) {
        String first = sweep.rows().getFirst().condition();
        Figures.line(out, "condition", "%-24s %-24s %-24s %s", "EM", "EM - " + first, "aligned - " + first, "coherent");
        for (ConditionSweep.Row row : sweep.rows()) {
            FileScore score = row.score();
            Paired paired = row.difference();
            Figures.line(
                    out,
                    row.condition(),
                    "%-24s %-24s %-24s %s",
                    Figures.compact(score.em()),
                    paired == null ? "" : points(paired.em(), 100),
                    paired == null ? "" : points(paired.aligned(), 1),
                    Figures.compact(score.coherent()));
        }
        Figures.line(out, "", "(differences in points, paired by question; intervals: questions like these)");
    }

    /** A paired difference as {@code +3.1 [-1.0, 7.2]}. */
    static String points(Paired.Difference difference, int factor) {
        Interval interval = difference.questionsLikeThese();
        return String.format(Locale.ROOT, "%+.1f", factor * difference.value())
                + (interval == null ? "" : " " + Figures.bounds(interval, factor));
    }
}
