package dev.vivarium.lab.report;

import dev.vivarium.engine.base.InertText;
import dev.vivarium.lab.data.CsvTable;
import dev.vivarium.lab.statistics.Interval;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The numbers behind a picture as a CSV file inside the page: a link that saves it, and needs neither script nor network. */
final class Download {
    private final String name;
    private final List<String> columns;
    private final List<List<String>> rows = new ArrayList<>();

    Download(String name, String... columns) {
        this.name = name;
        this.columns = List.of(columns);
    }

    /** Adds a row; numbers are written in full, null is an empty cell. */
    void add(@Nullable Object... cells) {
        if (cells.length != columns.size()) {
            throw new IllegalArgumentException(cells.length + " cells in a table of " + columns.size());
        }
        rows.add(Arrays.stream(cells).map(Download::cell).toList());
    }

    static @Nullable Double low(@Nullable Interval interval) {
        return interval == null ? null : Double.valueOf(interval.low());
    }

    static @Nullable Double high(@Nullable Interval interval) {
        return interval == null ? null : Double.valueOf(interval.high());
    }

    private static String cell(@Nullable Object value) {
        return switch (value) {
            case null -> "";
            case String text -> InertText.line(text);
            default -> value.toString();
        };
    }

    /** What the template {@code download} shows. */
    Map<String, String> link() {
        byte[] csv = CsvTable.text(columns, rows).getBytes(StandardCharsets.UTF_8);
        return Map.of("csv", name + ".csv", "data", Base64.getEncoder().encodeToString(csv));
    }
}
