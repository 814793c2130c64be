package dev.vivarium.lab.report;

import dev.vivarium.engine.base.InertText;
import dev.vivarium.lab.report.Comparison.Row;
import dev.vivarium.lab.score.FileScore;
import java.util.HashMap;
import java.util.Map;

/** What the pictures of one comparison share: scores computed once, and a sign for each model beside its colour. */
final class Pictures {
    private final Comparison comparison;
    private final Palette palette;
    private final Map<Row, FileScore> scores = new HashMap<>();

    Pictures(Comparison comparison, Palette palette) {
        this.comparison = comparison;
        this.palette = palette;
    }

    FileScore score(Row row) {
        return scores.computeIfAbsent(
                row, r -> FileScore.of(r.scored(), r.scores().settings().confidence()));
    }

    String colour(Row row) {
        return palette.of(row.subject());
    }

    String dash(Row row) {
        return Signs.dash(index(row));
    }

    String shape(Row row) {
        return Signs.shape(index(row));
    }

    private int index(Row row) {
        return comparison.mainRows().indexOf(row);
    }

    /** Name, role, colour and sign of a model. */
    Map<String, String> named(Row row) {
        return Map.of(
                "model", InertText.line(row.subject().name()),
                "role", row.subject().roleBesideName(),
                "colour", colour(row),
                "dash", dash(row),
                "shape", shape(row));
    }

    /** All pictures of the comparison. */
    Map<String, Object> shown() {
        return Map.of(
                "name", comparison.name(),
                "heat", QuestionsSection.of(comparison, this),
                "scatter", ScatterSection.of(comparison, this),
                "curves", ThresholdSection.of(comparison, this));
    }
}
