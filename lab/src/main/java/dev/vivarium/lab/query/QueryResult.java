package dev.vivarium.lab.query;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a question in SQL gave.
 *
 * @param columns names in order
 * @param types of the database, in the same order
 * @param rows at most as many as were asked for; a value is a text, a number, a truth value, a map of
 *     such, or null
 * @param left how many further rows there are
 */
public record QueryResult(List<String> columns, List<String> types, List<List<@Nullable Object>> rows, long left) {
    public QueryResult {
        columns = List.copyOf(columns);
        types = List.copyOf(types);
        rows = rows.stream()
                .map(row -> Collections.unmodifiableList(new ArrayList<>(row)))
                .toList();
    }
}
