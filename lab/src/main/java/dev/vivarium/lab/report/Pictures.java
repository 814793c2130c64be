package dev.vivarium.lab.report;

import dev.vivarium.engine.base.InertText;
import dev.vivarium.lab.report.Comparison.Row;
import dev.vivarium.lab.score.FileScore;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What the pictures of one comparison share: scores computed once, and a sign for each model beside its colour. */
final class Pictures {
    /** Strokes, and shapes within a circle of radius 4; both repeat after as many models as there are. */
    private static final List<String> DASHES = List.of("none", "7 4", "2 3", "10 3 2 3", "12 4", "4 2 1 2");

    private static final List<String> SHAPES = List.of(
            "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z",
            "M-3.5 -3.5h7v7h-7z",
            "M0 -4.5L4.2 3.5H-4.2z",
            "M0 -5L4.5 0L0 5L-4.5 0z",
            "M0 4.5L4.2 -3.5H-4.2z",
            "M-4.5 -1.5h3v-3h3v3h3v3h-3v3h-3v-3h-3z");

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
        return DASHES.get(index(row) % DASHES.size());
    }

    String shape(Row row) {
        return SHAPES.get(index(row) % SHAPES.size());
    }

    private int index(Row row) {
        return comparison.firstRows().indexOf(row);
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
