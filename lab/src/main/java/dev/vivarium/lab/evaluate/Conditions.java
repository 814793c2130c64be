package dev.vivarium.lab.evaluate;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Nearest;
import dev.vivarium.engine.text.DefaultSystem;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The conditions of a sweep, read from YAML: a list of
 * {@code {id, about?, default_system?: keep|drop, system?, prefix?, suffix?, history?: [{role, content} …]}}.
 *
 * @param text the YAML text as it stands, remarks included
 * @param all at least two; the first asks the questions as they are, and the others are compared with it
 */
public record Conditions(String text, List<Condition> all) {
    private static final List<String> SHIPPED = List.of("standard", "mini");
    private static final Set<String> KNOWN =
            Set.of("id", "about", "default_system", "system", "prefix", "suffix", "history");
    private static final int MOST = 100;

    public Conditions {
        all = List.copyOf(all);
    }

    /** Names of the sweeps that come with the program. */
    public static List<String> names() {
        return SHIPPED;
    }

    /**
     * A sweep that comes with the program, else a file.
     *
     * @throws InputException when there is neither, or the file cannot be used
     */
    public static Conditions find(String word) {
        if (SHIPPED.contains(word)) {
            return read(resource(word), "the shipped conditions " + word);
        }
        Path file = Path.of(word);
        if (!Files.isRegularFile(file)) {
            throw new InputException("no conditions are called \"" + word + "\"" + Nearest.hint(word, SHIPPED)
                    + "; give a YAML file or one of " + String.join(", ", SHIPPED));
        }
        return read(new String(QuestionSet.bytes(file), StandardCharsets.UTF_8), file.toString());
    }

    static Conditions read(String yaml, String where) {
        if (!(QuestionYaml.parse(yaml, where) instanceof List<?> entries)
                || entries.size() < 2
                || entries.size() > MOST) {
            throw new InputException(where + ": expected a list of 2 to " + MOST + " conditions, each with an id");
        }
        List<Condition> conditions = new ArrayList<>();
        Set<String> ids = new HashSet<>();
        for (Object entry : entries) {
            Condition condition = condition(entry, where + ": condition " + (conditions.size() + 1));
            if (!ids.add(condition.id())) {
                throw new InputException(where + ": condition id \"" + condition.id() + "\" occurs twice");
            }
            if (condition.isPlain() != conditions.isEmpty()) {
                throw new InputException(where + ": "
                        + (conditions.isEmpty()
                                ? "the first condition must have nothing but id and about, because the others are"
                                        + " compared with the questions as they are"
                                : "condition \"" + condition.id() + "\" changes nothing; give it one of "
                                        + String.join(", ", new TreeSet<>(KNOWN))));
            }
            conditions.add(condition);
        }
        return new Conditions(yaml, conditions);
    }

    private static Condition condition(Object entry, String where) {
        if (!(entry instanceof Map<?, ?> map)) {
            throw new InputException(where + " is not a mapping with an id");
        }
        for (Object key : map.keySet()) {
            if (!(key instanceof String name) || !KNOWN.contains(name)) {
                throw new InputException(where + ": unknown key \"" + key + "\"; known keys are "
                        + String.join(", ", new TreeSet<>(KNOWN)));
            }
        }
        String id = QuestionYaml.text(map.get("id"), where + ": id");
        if (!id.matches("[a-z0-9][a-z0-9-]{0,39}")) {
            throw new InputException(where + ": id \"" + id + "\" must be 1 to 40 small letters, digits and dashes");
        }
        String named = where + " (" + id + ")";
        String about = optional(map, "about", named);
        String prefix = optional(map, "prefix", named);
        String suffix = optional(map, "suffix", named);
        return new Condition(
                id,
                about == null ? "" : about,
                defaultSystem(optional(map, "default_system", named), named),
                optional(map, "system", named),
                prefix == null ? "" : prefix,
                suffix == null ? "" : suffix,
                QuestionYaml.history(map.get("history"), named + ": history"));
    }

    private static @Nullable String optional(Map<?, ?> map, String key, String named) {
        Object value = map.get(key);
        return value == null ? null : QuestionYaml.text(value, named + ": " + key);
    }

    private static @Nullable DefaultSystem defaultSystem(@Nullable String word, String named) {
        return switch (word) {
            case null -> null;
            case "keep" -> DefaultSystem.KEEP;
            case "drop" -> DefaultSystem.DROP;
            default -> throw new InputException(named + ": default_system must be keep or drop, not \"" + word + "\"");
        };
    }

    private static String resource(String name) {
        try (InputStream in = Conditions.class.getResourceAsStream("conditions/" + name + ".yaml")) {
            if (in == null) {
                throw new IllegalStateException("conditions " + name + " are not in the program");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
