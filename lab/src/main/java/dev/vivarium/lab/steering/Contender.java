package dev.vivarium.lab.steering;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What acts in a setting: the direction that is tested, or a control in its place.
 *
 * @param name short, a part of a directory's name
 * @param about what it is, for people
 * @param directions vectors by layer; one unless a space is ablated
 */
public record Contender(String name, String about, List<SortedMap<Integer, float[]>> directions) {
    /** The name of the direction that is tested. */
    public static final String TESTED = "direction";

    public Contender {
        directions = directions.stream()
                .map(vectors -> Collections.unmodifiableSortedMap(new TreeMap<>(vectors)))
                .toList();
    }

    /** What a layer has, which must be something. */
    static <T> T at(Map<Integer, T> byLayer, int layer) {
        T value = byLayer.get(layer);
        if (value == null) {
            throw new IllegalArgumentException("nothing for layer " + layer);
        }
        return value;
    }

    /** Whether it is the direction that is tested, not a control. */
    public boolean tested() {
        return name.equals(TESTED);
    }
}
