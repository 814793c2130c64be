package dev.vivarium.lab.direction;

import dev.vivarium.engine.base.Hashes;
import dev.vivarium.engine.base.InputException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A sum of directions with factors, such as {@code a + b - 0.5*c}: names and numbers joined by {@code + - *}, nothing else.
 * The typographic signs − and × are read too. Every name stands for a file.
 *
 * @param text as it was written
 * @param factors of the names, in the order they first occur
 */
public record Combination(String text, Map<String, Double> factors) {
    private static final int MOST_TERMS = 100;

    /**
     * Reads an expression.
     *
     * @throws InputException saying where it cannot be read
     */
    public static Combination parse(String text) {
        return new Combination(text, new Parser(text).terms());
    }

    /**
     * The combination of directions in files, at the layers that all of them have.
     *
     * @param files by name; exactly the names of the expression
     * @throws InputException if a name has no file or a file no name, or the directions are of different models, sites or
     *     have no layer in common
     */
    public Extracted of(Map<String, Path> files, String name, String vivarium) throws IOException {
        for (String factor : factors.keySet()) {
            if (!files.containsKey(factor)) {
                throw new InputException("no file was given for \"" + factor + "\"; add " + factor + "=FILE");
            }
        }
        for (String file : files.keySet()) {
            if (!factors.containsKey(file)) {
                throw new InputException("\"" + file + "\" does not occur in \"" + text + "\"; leave its file out");
            }
        }
        SortedMap<String, Direction> directions = new TreeMap<>();
        List<Origin.Source> sources = new ArrayList<>();
        SortedSet<Integer> layers = new TreeSet<>();
        SortedSet<Integer> all = new TreeSet<>();
        Direction first = null;
        for (Map.Entry<String, Path> file : files.entrySet()) {
            Direction direction = Direction.read(file.getValue());
            if (first == null) {
                first = direction;
                layers.addAll(direction.layers());
            }
            requireSameSpace(first, direction, true);
            layers.retainAll(direction.layers());
            all.addAll(direction.layers());
            directions.put(file.getKey(), direction);
            sources.add(new Origin.Source(
                    "direction",
                    file.getKey(),
                    new TreeMap<>(Map.of(DirectionSubject.last(file.getValue()), Hashes.sha256(file.getValue())))));
        }
        if (first == null || layers.isEmpty()) {
            throw new InputException("the directions have no layer in common; extract them at the same layers");
        }
        SortedMap<Integer, float[]> vectors = new TreeMap<>();
        for (int layer : layers) {
            vectors.put(layer, sum(directions, layer));
        }
        List<String> remarks = new ArrayList<>();
        all.removeAll(layers);
        if (!all.isEmpty()) {
            remarks.add("layers " + all + " are left out, since not all of the directions have them");
        }
        remarks.add("the reliability of a combination is not known; its parts have theirs");
        Map<String, String> settings = new TreeMap<>(Map.of("expression", text));
        String type = first.origin().settings().get(Origin.MODEL_TYPE);
        if (type != null) {
            settings.put(Origin.MODEL_TYPE, type);
        }
        Origin origin = new Origin(first.origin().model(), "combination", settings, 0, 0, sources, 0, vivarium);
        return new Extracted(
                new Direction(name, first.site(), vectors, origin, new TreeMap<>()), new TreeMap<>(), remarks);
    }

    private float[] sum(Map<String, Direction> directions, int layer) {
        float[] sum = new float[0];
        for (Map.Entry<String, Direction> entry : directions.entrySet()) {
            float[] vector = entry.getValue().vector(layer);
            sum = sum.length == 0 ? new float[vector.length] : sum;
            double factor = factors.getOrDefault(entry.getKey(), 0.0);
            for (int i = 0; i < sum.length; i++) {
                sum[i] += (float) (factor * vector[i]);
            }
        }
        return sum;
    }

    /** Refuses two directions whose vectors do not lie in the same space. */
    static void requireSameSpace(Direction one, Direction other, boolean sameSite) {
        other.origin().model().require(other.name(), one.origin().model().name(), files(one, other));
        if (one.width() != other.width()) {
            throw new InputException("direction " + one.name() + " has a width of " + one.width() + " and "
                    + other.name() + " of " + other.width() + "; take directions of one model");
        }
        if (sameSite && one.site() != other.site()) {
            throw new InputException(
                    "direction " + one.name() + " lies at " + one.site().word() + " and " + other.name() + " at "
                            + other.site().word() + "; take directions of one site");
        }
    }

    /** A model whose files are not known is not compared. */
    private static Map<String, String> files(Direction one, Direction other) {
        Map<String, String> known = one.origin().model().files();
        return known.isEmpty() ? other.origin().model().files() : known;
    }

    /** Recursive descent over {@code [sign] term {sign term}}, where a term is {@code [number *] name} or {@code name * number}. */
    private static final class Parser {
        private final String text;
        private int at;

        Parser(String text) {
            this.text = text.replace('−', '-').replace('×', '*');
        }

        Map<String, Double> terms() {
            Map<String, Double> factors = new LinkedHashMap<>();
            double sign = take('-') ? -1 : 1;
            for (int terms = 0; ; terms++) {
                if (terms == MOST_TERMS) {
                    throw new InputException("an expression has at most " + MOST_TERMS + " terms");
                }
                term(factors, sign);
                if (take('+')) {
                    sign = 1;
                } else if (take('-')) {
                    sign = -1;
                } else if (rest().isEmpty()) {
                    return factors;
                } else {
                    throw wrong("+ or -");
                }
            }
        }

        private void term(Map<String, Double> factors, double sign) {
            double factor = sign;
            String number = match("[0-9]+(\\.[0-9]+)?([eE][+-]?[0-9]{1,3})?");
            if (!number.isEmpty()) {
                factor *= Double.parseDouble(number);
                if (!take('*')) {
                    throw wrong("* and the name of a direction");
                }
            }
            String name = match("[A-Za-z_][A-Za-z0-9_.]*");
            if (name.isEmpty()) {
                throw wrong("the name of a direction");
            }
            if (number.isEmpty() && take('*')) {
                String behind = match("[0-9]+(\\.[0-9]+)?([eE][+-]?[0-9]{1,3})?");
                if (behind.isEmpty()) {
                    throw wrong("a number");
                }
                factor *= Double.parseDouble(behind);
            }
            factors.merge(name, factor, Double::sum);
        }

        private String match(String pattern) {
            String rest = rest();
            Matcher matcher = Pattern.compile(pattern).matcher(rest);
            if (!matcher.lookingAt()) {
                return "";
            }
            at += matcher.end();
            return matcher.group();
        }

        private boolean take(char sign) {
            boolean there = !rest().isEmpty() && rest().charAt(0) == sign;
            at += there ? 1 : 0;
            return there;
        }

        private String rest() {
            while (at < text.length() && text.charAt(at) == ' ') {
                at++;
            }
            return text.substring(at);
        }

        private InputException wrong(String wanted) {
            String rest = rest();
            return new InputException("\"" + text + "\": " + wanted + " is missing "
                    + (rest.isEmpty() ? "at the end" : "before \"" + rest + "\"")
                    + "; write a sum such as a + b - 0.5*c");
        }
    }
}
