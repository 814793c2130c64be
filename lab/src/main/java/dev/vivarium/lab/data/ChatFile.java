package dev.vivarium.lab.data;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a dataset file held.
 *
 * @param rows its conversations in file order, never empty
 * @param unusedKeys keys that training does not look at (a canary, a topic), with the number of times each occurs;
 *     keys of a message are written {@code messages[].name}
 */
public record ChatFile(List<ChatRow> rows, SortedMap<String, Integer> unusedKeys) {
    public ChatFile {
        rows = List.copyOf(rows);
        unusedKeys = Collections.unmodifiableSortedMap(new TreeMap<>((Map<String, Integer>) unusedKeys));
    }
}
