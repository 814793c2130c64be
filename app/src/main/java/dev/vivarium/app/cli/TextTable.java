package dev.vivarium.app.cli;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Values in aligned columns, numbers to the right; text of others steers no terminal and stays in one line. */
record TextTable(List<String> columns, List<List<@Nullable Object>> rows) {
    /** Longer cells are cut: a table is for looking, a file for all of the text. */
    private static final int WIDEST = 80;

    TextTable {
        columns = List.copyOf(columns);
        rows = List.copyOf(rows);
    }

    void print(PrintStream out) {
        List<List<String>> cells = new ArrayList<>();
        cells.add(columns.stream().map(TextTable::text).toList());
        for (List<@Nullable Object> row : rows) {
            List<String> line = new ArrayList<>();
            row.forEach(value -> line.add(text(value)));
            cells.add(line);
        }
        int[] widths = new int[columns.size()];
        for (List<String> line : cells) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], line.get(i).length());
            }
        }
        for (int row = 0; row < cells.size(); row++) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < widths.length; i++) {
                String cell = cells.get(row).get(i);
                String gap = " ".repeat(widths[i] - cell.length());
                line.append(i == 0 ? "" : "  ").append(numeric(i) ? gap + cell : cell + gap);
            }
            out.println(line.toString().stripTrailing());
        }
    }

    private boolean numeric(int column) {
        return rows.stream().allMatch(row -> row.get(column) == null || row.get(column) instanceof Number);
    }

    private static String text(@Nullable Object value) {
        String text = switch (value) {
            case null -> "-";
            case Double number -> String.format(Locale.ROOT, "%.6g", number);
            default -> Figures.inert(value.toString());
        };
        return text.length() <= WIDEST ? text : text.substring(0, WIDEST - 1) + "…";
    }
}
