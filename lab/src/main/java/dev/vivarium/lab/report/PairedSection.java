package dev.vivarium.lab.report;

import dev.vivarium.engine.base.InertText;
import dev.vivarium.lab.report.Comparison.Row;
import dev.vivarium.lab.results.Subject;
import dev.vivarium.lab.score.Paired;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Every model against its base on the same questions: a plot of differences, and a table with effect sizes. */
final class PairedSection {
    private PairedSection() {}

    static Map<String, Object> of(Comparison comparison, Palette palette) {
        Forest forest = new Forest();
        List<Map<String, String>> rows = new ArrayList<>();
        Download data = new Download(
                "differences",
                "model",
                "role",
                "base",
                "questions",
                "em_difference",
                "these_low",
                "these_high",
                "like_low",
                "like_high",
                "aligned_difference",
                "aligned_low",
                "aligned_high",
                "cohens_d",
                "auc");
        List<String> unpaired = new ArrayList<>();
        for (Row row : comparison.mainRows()) {
            if (row.subject().role() == Subject.Role.BASE) {
                continue;
            }
            Row base = comparison.baseOf(row).orElse(null);
            if (base == null
                    || row.scored().scored().isEmpty()
                    || base.scored().scored().isEmpty()) {
                unpaired.add(InertText.line(row.subject().name()));
                continue;
            }
            Paired paired = Paired.of(
                    row.scored(), base.scored(), comparison.scores().settings().confidence());
            forest.add(row.subject().name(), row.subject().roleBesideName(), palette.of(row.subject()), paired.em());
            rows.add(row(row, paired, palette));
            data.add(
                    row.subject().name(),
                    row.subject().role().label(),
                    base.subject().name(),
                    paired.questions(),
                    paired.em().value(),
                    Download.low(paired.em().theseQuestions()),
                    Download.high(paired.em().theseQuestions()),
                    Download.low(paired.em().questionsLikeThese()),
                    Download.high(paired.em().questionsLikeThese()),
                    paired.aligned().value(),
                    Download.low(paired.aligned().questionsLikeThese()),
                    Download.high(paired.aligned().questionsLikeThese()),
                    paired.cohensD().value(),
                    paired.auc().value());
        }
        Map<String, Object> section = new HashMap<>();
        section.put("hasPairs", !rows.isEmpty());
        section.put("pairs", rows);
        section.put("forest", forest.isEmpty() ? List.of() : List.of(forest.shown()));
        section.put("unpaired", rows.isEmpty() ? "" : Shown.list(unpaired));
        section.put("download", data.link());
        section.put("level", RatesSection.level(comparison));
        return section;
    }

    private static Map<String, String> row(Row row, Paired paired, Palette palette) {
        return Map.of(
                "model", InertText.line(row.subject().name()),
                "role", row.subject().roleBesideName(),
                "colour", palette.of(row.subject()),
                "em", Forest.points(paired.em().value(), 100),
                "these", Forest.points(paired.em().theseQuestions(), 100),
                "like", Forest.points(paired.em().questionsLikeThese(), 100),
                "aligned", Forest.points(paired.aligned().value(), 1),
                "alignedLike", Forest.points(paired.aligned().questionsLikeThese(), 1),
                "d", effect(paired.cohensD()),
                "auc", effect(paired.auc()));
    }

    private static String effect(Paired.Estimate estimate) {
        Double value = estimate.value();
        return value == null ? Shown.NOTHING : Shown.fixed(value, 2).replace('-', '\u2212');
    }
}
