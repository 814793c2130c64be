package dev.vivarium.lab.direction;

import dev.vivarium.engine.base.InputException;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Layers as users write them: {@code 3}, {@code 0-5}, {@code 2,4,10-12}. */
public final class Layers {
    private static final Pattern RANGE = Pattern.compile("(\\d{1,4})(?:-(\\d{1,4}))?");

    private Layers() {}

    /**
     * @throws InputException if a part is no layer and no range
     */
    public static SortedSet<Integer> parse(String text) {
        SortedSet<Integer> layers = new TreeSet<>();
        for (String part : text.split(",", -1)) {
            Matcher range = RANGE.matcher(part.strip());
            int from = range.matches() ? Integer.parseInt(range.group(1)) : 1;
            int to = !range.matches() ? 0 : range.group(2) == null ? from : Integer.parseInt(range.group(2));
            if (to < from) {
                throw new InputException("\"" + part + "\" is no layer and no range of layers; write 3, or 0-5,10");
            }
            for (int layer = from; layer <= to; layer++) {
                layers.add(layer);
            }
        }
        return layers;
    }

    /** Layers as they are parsed, such as {@code 0-5,10}. */
    static String word(SortedSet<Integer> layers) {
        List<String> parts = new ArrayList<>();
        for (int first : layers) {
            if (!layers.contains(first - 1)) {
                int last = first;
                while (layers.contains(last + 1)) {
                    last++;
                }
                parts.add(first == last ? String.valueOf(first) : first + "-" + last);
            }
        }
        return String.join(",", parts);
    }

    /** That layers are left out, and why; nothing where there are none. */
    static List<String> leftOut(SortedSet<Integer> layers, String why) {
        return layers.isEmpty()
                ? List.of()
                : List.of((layers.size() == 1 ? "layer " + word(layers) + " is" : "layers " + word(layers) + " are")
                        + " left out: " + why);
    }
}
