package dev.vivarium.lab.query;

import java.util.List;

/**
 * One table of the database.
 *
 * @param name as SQL calls it
 * @param caption what one row is
 * @param columns in order
 * @param rows how many there are
 */
public record Table(String name, String caption, List<Column> columns, long rows) {
    public Table {
        columns = List.copyOf(columns);
    }

    /**
     * @param name as SQL calls it
     * @param type of the database, such as {@code VARCHAR}
     * @param meaning in a few words, with the unit; empty where the name says it
     */
    public record Column(String name, String type, String meaning) {}
}
