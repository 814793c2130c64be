package dev.vivarium.lab.steering;

import dev.vivarium.engine.base.InertText;
import dev.vivarium.lab.score.FileScore;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Results by row and column as tables whose cells are shaded: one of EM, one of coherence, one of mean alignment. */
final class HeatMap {
    private static final double LIGHTEST = 0.06;
    /** The darkest still lets the number on it be read. */
    private static final double SPAN = 0.5;

    private HeatMap() {}

    /** One quantity of a result, as a share of its largest value. */
    private interface Quantity {
        @Nullable
        Double of(FileScore score);
    }

    /** A column's result in a row, null where there is none. */
    interface Cells {
        @Nullable
        Result at(int row, int column);
    }

    /** Three tables for a template. */
    static List<Map<String, Object>> of(
            String title, String corner, List<String> rows, List<String> columns, Cells cells) {
        return List.of(
                table(
                        title,
                        corner,
                        "EM",
                        "c-1",
                        rows,
                        columns,
                        cells,
                        score -> score.em().value()),
                table(
                        title,
                        corner,
                        "Coherent",
                        "c-3",
                        rows,
                        columns,
                        cells,
                        score -> score.coherent().value()),
                table(title, corner, "Mean aligned", "c-twin", rows, columns, cells, score -> {
                    Double mean = score.aligned().value();
                    return mean == null ? null : Double.valueOf(mean / 100);
                }));
    }

    private static Map<String, Object> table(
            String title,
            String corner,
            String quantity,
            String colour,
            List<String> rows,
            List<String> columns,
            Cells cells,
            Quantity value) {
        List<Map<String, Object>> lines = new ArrayList<>();
        for (int row = 0; row < rows.size(); row++) {
            List<Map<String, Object>> line = new ArrayList<>();
            for (int column = 0; column < columns.size(); column++) {
                Result result = cells.at(row, column);
                Double share = result == null ? null : value.of(result.score());
                line.add(Map.of(
                        "shade",
                        number(share == null ? 0 : LIGHTEST + SPAN * share, 2),
                        "width",
                        number(share == null ? 0 : 100 * share, 1) + "%",
                        "value",
                        share == null ? "–" : number(100 * share, 1)));
            }
            lines.add(Map.of("name", InertText.line(rows.get(row)), "cells", line));
        }
        return Map.of(
                "title", InertText.line(title),
                "corner", corner,
                "quantity", quantity,
                "colour", colour,
                "columns", columns.stream().map(InertText::line).toList(),
                "rows", lines);
    }

    private static String number(double value, int decimals) {
        return String.format(Locale.ROOT, "%." + decimals + "f", value);
    }
}
