package dev.vivarium.lab.query;

import dev.vivarium.lab.query.Table.Column;
import dev.vivarium.lab.results.Subject;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * How a table is made from what lies on disk.
 *
 * @param source gives the rows of one model
 */
record TableSpec(String name, String caption, List<Column> columns, Source source) {

    /** Reads one model's rows. */
    @FunctionalInterface
    interface Source {
        void rows(Subject model, Rows rows);
    }

    TableSpec {
        columns = List.copyOf(columns);
    }

    /** @param columns lines of {@code name TYPE meaning} */
    static TableSpec of(String name, String caption, Source source, String columns) {
        List<Column> list = new ArrayList<>();
        for (String line : columns.strip().split("\n")) {
            String[] parts = line.strip().split(" +", 3);
            list.add(new Column(parts[0], parts[1], parts.length == 3 ? parts[2] : ""));
        }
        return new TableSpec(name, caption, list, source);
    }

    /** The statement that makes the empty table; names are this program's own. */
    String create() {
        return columns.stream()
                .map(column -> column.name() + " " + (isMap(column) ? "JSON" : column.type()))
                .collect(Collectors.joining(", ", "CREATE TABLE " + name + " (", ")"));
    }

    /** The statements that turn the JSON of a filled table into maps, whose values SQL reads as {@code tags['domain']}. */
    List<String> finish() {
        return columns.stream()
                .filter(TableSpec::isMap)
                .map(column -> "ALTER TABLE " + name + " ALTER " + column.name() + " TYPE " + column.type())
                .toList();
    }

    private static boolean isMap(Column column) {
        return column.type().startsWith("MAP");
    }
}
