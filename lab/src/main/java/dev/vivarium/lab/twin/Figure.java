package dev.vivarium.lab.twin;

import dev.vivarium.engine.base.InertText;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A plot, what it means, and its numbers as a table.
 *
 * @param title above it
 * @param plot null for a table alone
 * @param meaning what is drawn, how it is read and where it comes from
 * @param table its numbers
 * @param notes what could not be shown, in plain sentences
 */
record Figure(String title, @Nullable LinePlot plot, String meaning, Table table, List<String> notes) {
    Figure {
        notes = List.copyOf(notes);
    }

    /**
     * A table whose first column names its rows.
     *
     * @param caption what the numbers are
     */
    record Table(String caption, List<String> columns, List<List<String>> rows) {
        Table {
            columns = List.copyOf(columns);
            rows = rows.stream().map(List::copyOf).toList();
            int width = columns.size();
            if (rows.stream().anyMatch(row -> row.size() != width)) {
                throw new IllegalArgumentException("every row has a cell for each column");
            }
        }
    }

    /** What the template {@code figure} shows. */
    Map<String, Object> shown() {
        Map<String, Object> shown = new HashMap<>();
        shown.put("title", InertText.line(title));
        shown.put("plot", plot == null ? List.of() : List.of(plot.shown()));
        shown.put("meaning", meaning);
        shown.put("caption", table.caption());
        shown.put("columns", table.columns().stream().map(InertText::line).toList());
        shown.put(
                "rows",
                table.rows().stream()
                        .map(row -> Map.of(
                                "name",
                                InertText.line(row.getFirst()),
                                "cells",
                                row.stream().skip(1).map(Figure::cell).toList()))
                        .toList());
        shown.put("notes", notes.stream().map(InertText::line).toList());
        return shown;
    }

    /** The interval of a number stands below it, in smaller type. */
    private static Map<String, String> cell(String text) {
        String shown = InertText.line(text).replace(" %", "\u00a0%");
        int bracket = shown.indexOf('[');
        return bracket < 0
                ? Map.of("value", shown, "bounds", "")
                : Map.of(
                        "value", shown.substring(0, bracket).strip(),
                        "bounds", shown.substring(bracket + 1).replace("]", "").replaceFirst(", ", " to "));
    }
}
