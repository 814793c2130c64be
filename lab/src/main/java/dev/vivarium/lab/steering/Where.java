package dev.vivarium.lab.steering;

import dev.vivarium.engine.base.InputException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The layers at which a direction acts, and which of its vectors acts there.
 *
 * @param word as on the command line
 * @param sources by layer, the layer whose vector acts there
 */
public record Where(String word, SortedMap<Integer, Integer> sources) {
    private static final Pattern ITEM =
            Pattern.compile("(each|own|(\\d{1,4})(?:-(\\d{1,4}))?)(?:@(all|(\\d{1,4})-(\\d{1,4})))?");
    private static final String EACH = "each";
    private static final String OWN = "own";
    private static final String ALL = "all";

    public Where {
        sources = Collections.unmodifiableSortedMap(new TreeMap<>(sources));
        if (sources.isEmpty()) {
            throw new IllegalArgumentException("no layer");
        }
    }

    /**
     * Reads a list: {@code 12} (the vector of layer 12 at layer 12), {@code 8-15} (each of these by itself), {@code each}
     * (each layer of the direction by itself), {@code 12@all} (the vector of layer 12 at all layers), {@code 12@8-15} (at
     * some), {@code own} (at once at all layers of the direction, each layer's own vector), {@code own@8-15}.
     *
     * @param layers that the direction has vectors for
     * @param count layers of the model
     * @throws InputException if a word is no such thing, or names a layer that the model or the direction lacks
     */
    public static List<Where> parse(List<String> words, SortedSet<Integer> layers, int count) {
        try {
            return parsed(words, layers, count);
        } catch (InputException e) {
            throw new InputException("--layers " + e.getMessage(), e);
        }
    }

    /**
     * Reads one place, of which nothing is left to choose.
     *
     * @param option that names it, for messages
     * @throws InputException as {@link #parse}, or if the word stands for several settings
     */
    static Where one(String option, String word, SortedSet<Integer> layers, int count) {
        List<Where> places;
        try {
            places = parsed(List.of(word), layers, count);
        } catch (InputException e) {
            throw new InputException(option + " " + e.getMessage(), e);
        }
        if (places.size() > 1) {
            throw new InputException(option + " " + word + " stands for " + places.size()
                    + " settings here; say own, own@8-15, one layer such as 12, 12@all or 12@8-15");
        }
        return places.getFirst();
    }

    private static List<Where> parsed(List<String> words, SortedSet<Integer> layers, int count) {
        List<Where> all = new ArrayList<>();
        for (String word : words) {
            Matcher item = ITEM.matcher(word);
            if (!item.matches()) {
                throw new InputException("\"" + word
                        + "\" is not understood; say a layer such as 12, 8-15, each, own, 12@all, 12@8-15 or own@8-15");
            }
            SortedSet<Integer> named = named(item, word, layers, count);
            SortedSet<Integer> acting = acting(item, word, layers, count);
            if (item.group(1).equals(OWN)) {
                TreeMap<Integer, Integer> sources = new TreeMap<>();
                (acting == null ? layers : acting).forEach(layer -> sources.put(layer, layer));
                all.add(new Where(word, sources));
                continue;
            }
            for (int layer : named) {
                TreeMap<Integer, Integer> sources = new TreeMap<>();
                (acting == null ? new TreeSet<>(List.of(layer)) : acting).forEach(at -> sources.put(at, layer));
                all.add(new Where(layer + (acting == null ? "" : "@" + item.group(4)), sources));
            }
        }
        if (all.isEmpty()) {
            throw new InputException("names no layer, so nothing would be touched; name at least one");
        }
        if (all.stream().map(Where::word).distinct().count() != all.size()) {
            throw new InputException("names the same twice in " + String.join(",", words) + "; name each once");
        }
        return all;
    }

    private static SortedSet<Integer> named(Matcher item, String word, SortedSet<Integer> layers, int count) {
        if (item.group(1).equals(EACH) || item.group(1).equals(OWN)) {
            return layers;
        }
        SortedSet<Integer> named = range(item.group(2), item.group(3), word);
        requireModel(named, word, count);
        requireVectors(named, word, layers);
        return named;
    }

    private static @Nullable SortedSet<Integer> acting(
            Matcher item, String word, SortedSet<Integer> layers, int count) {
        if (item.group(4) == null) {
            return null;
        }
        SortedSet<Integer> acting = item.group(4).equals(ALL)
                ? range("0", String.valueOf(count - 1), word)
                : range(item.group(5), item.group(6), word);
        requireModel(acting, word, count);
        if (item.group(1).equals(OWN)) {
            requireVectors(acting, word, layers);
        }
        return acting;
    }

    private static void requireModel(SortedSet<Integer> named, String word, int count) {
        if (named.last() >= count) {
            throw new InputException(
                    word + " names layer " + named.last() + ", but the model has layers 0 to " + (count - 1));
        }
    }

    private static void requireVectors(SortedSet<Integer> named, String word, SortedSet<Integer> layers) {
        for (int layer : named) {
            if (!layers.contains(layer)) {
                throw new InputException(word + " wants the vector of layer " + layer
                        + ", but the direction has vectors for " + layers + " only");
            }
        }
    }

    private static SortedSet<Integer> range(String from, @Nullable String to, String word) {
        int first = Integer.parseInt(from);
        int last = Integer.parseInt(Objects.requireNonNullElse(to, from));
        if (last < first) {
            throw new InputException("\"" + word + "\" runs backwards; write the smaller layer first");
        }
        SortedSet<Integer> range = new TreeSet<>();
        for (int layer = first; layer <= last; layer++) {
            range.add(layer);
        }
        return range;
    }

    /** In words, such as {@code all layers from 0 to 3 with the vector of layer 2}. */
    String about() {
        String acting = sources.size() == 1
                ? "layer " + sources.firstKey()
                : sources.size() == 1 + sources.lastKey() - sources.firstKey()
                        ? "layers " + sources.firstKey() + " to " + sources.lastKey()
                        : "layers " + sources.keySet();
        if (sources.entrySet().stream().allMatch(one -> one.getKey().equals(one.getValue()))) {
            return sources.size() == 1 ? acting : acting + ", each with its own vector";
        }
        return acting + " with the vector of layer " + vectors().first();
    }

    /** The layers whose vectors are used. */
    SortedSet<Integer> vectors() {
        return new TreeSet<>(sources.values());
    }

    @Override
    public String toString() {
        return word;
    }
}
