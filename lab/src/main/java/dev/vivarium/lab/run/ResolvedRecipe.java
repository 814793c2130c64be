package dev.vivarium.lab.run;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Json;
import dev.vivarium.lab.run.RecipeText.Assignment;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A recipe and where each of its values comes from.
 *
 * <p>Values are laid over each other: the program's defaults, the preset (which may start from another preset), the
 * recipe file, {@code key.path=value} words. The last one counts.
 *
 * @param recipe the checked values
 * @param settings path to value and origin, for all keys that have an effect, in printing order
 */
public record ResolvedRecipe(Recipe recipe, Map<String, Setting> settings) {
    private static final Pattern BARE = Pattern.compile("[A-Za-z][A-Za-z0-9_./-]*");

    public ResolvedRecipe {
        settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
    }

    /**
     * A value and where it was given.
     *
     * @param value String, Boolean, Long, Double, a list of String or Integer, or null
     * @param origin {@code default}, {@code preset NAME}, the recipe file's name, or {@code command line}
     */
    public record Setting(@Nullable Object value, String origin) {
        boolean byUser() {
            return !origin.equals("default") && !origin.startsWith("preset ");
        }
    }

    /**
     * Resolves a recipe.
     *
     * @param file recipe file; null for none
     * @param preset preset to start from, before the one the file may name; null for none
     * @param overrides {@code key.path=value} words
     */
    public static ResolvedRecipe resolve(@Nullable Path file, @Nullable String preset, List<String> overrides) {
        List<Assignment> own = file == null ? List.of() : RecipeText.yaml(read(file), file.toString());
        return resolve(own, file == null ? "recipe" : file.toString(), preset, overrides);
    }

    /** Resolves recipe text instead of a file; {@code where} names it in messages. */
    public static ResolvedRecipe parse(String yaml, String where, List<String> overrides) {
        return resolve(RecipeText.yaml(yaml, where), where, null, overrides);
    }

    private static ResolvedRecipe resolve(
            List<Assignment> own, String where, @Nullable String preset, List<String> overrides) {
        List<Assignment> words = RecipeText.overrides(overrides);
        String inFile = presetIn(own);
        String inWords = presetIn(words);
        String chosen = inWords != null ? inWords : preset != null ? preset : inFile;
        if (preset != null && inFile != null && inWords == null && !preset.equals(inFile)) {
            throw new InputException(where + ": starts from preset " + inFile + ", but preset " + preset
                    + " was asked for; name one of them");
        }
        Map<String, Setting> all = new LinkedHashMap<>();
        for (String path : RecipeKeys.paths()) {
            all.put(path, new Setting(null, "default"));
        }
        lay(all, RecipeText.yaml(Presets.defaults(), "defaults.yaml"), "default");
        if (chosen != null) {
            layPreset(all, chosen);
        }
        lay(all, own, where);
        lay(all, words, "command line");
        all.put("preset", new Setting(chosen, all.get("preset") instanceof Setting s ? s.origin() : "default"));
        return RecipeBuilder.build(all, where);
    }

    private static void layPreset(Map<String, Setting> all, String name) {
        List<Assignment> assignments = RecipeText.yaml(Presets.text(name), "preset " + name);
        String below = presetIn(assignments);
        if (below != null) {
            layPreset(all, below);
        }
        lay(all, assignments, "preset " + name);
    }

    private static void lay(Map<String, Setting> all, List<Assignment> assignments, String origin) {
        for (Assignment assignment : assignments) {
            RecipeKey key = assignment.key();
            all.put(key.path(), new Setting(key.parse(assignment.raw(), assignment.where()), origin));
        }
    }

    private static @Nullable String presetIn(List<Assignment> assignments) {
        String preset = null;
        for (Assignment assignment : assignments) {
            if (assignment.key().path().equals("preset")) {
                preset = (String) assignment.key().parse(assignment.raw(), assignment.where());
            }
        }
        return preset;
    }

    private static String read(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new InputException(file + ": " + (Files.isDirectory(file) ? "is a directory" : "no such recipe file")
                    + "; name a YAML file, write values as key.path=value, or use --preset with one of "
                    + String.join(", ", Presets.names()));
        }
        try {
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (MalformedInputException e) {
            throw new InputException(file + ": not UTF-8; save the file in that encoding", e);
        } catch (IOException e) {
            throw new InputException(file + ": cannot be read (" + e.getMessage() + ")", e);
        }
    }

    /** The same recipe with what a run chose where nothing was given. */
    ResolvedRecipe fitted(Fitting fitting, String origin) {
        Map<String, Setting> chosen = new LinkedHashMap<>(settings);
        chosen.put(RecipeKeys.MICRO_BATCH_ROWS, chosen(RecipeKeys.MICRO_BATCH_ROWS, (long) fitting.rows(), origin));
        chosen.put(
                RecipeKeys.GRADIENT_CHECKPOINTING,
                chosen(RecipeKeys.GRADIENT_CHECKPOINTING, fitting.checkpointing(), origin));
        return new ResolvedRecipe(recipe.fitted(fitting), chosen);
    }

    private Setting chosen(String path, Object value, String origin) {
        Setting given = settings.get(path);
        return given == null || given.value() == null ? new Setting(value, origin) : given;
    }

    /** The recipe as YAML that resolves to the same recipe; each value is followed by its origin. */
    public String toYaml() {
        StringBuilder out = new StringBuilder(2048);
        String section = "";
        for (Map.Entry<String, Setting> entry : settings.entrySet()) {
            String path = entry.getKey();
            int dot = path.indexOf('.');
            String inside = dot < 0 ? "" : path.substring(0, dot);
            if (!inside.equals(section) && !inside.isEmpty()) {
                out.append(inside).append(":\n");
            }
            section = inside;
            String line = (dot < 0 ? "" : "  ") + path.substring(dot + 1) + ": "
                    + written(entry.getValue().value());
            out.append(line)
                    .append(" ".repeat(Math.max(2, 44 - line.length())))
                    .append("# ")
                    .append(entry.getValue().origin())
                    .append('\n');
        }
        return out.toString();
    }

    /** Keys whose values differ between two recipes, with both values, for messages; two spellings of a path are one value. */
    public List<String> differences(ResolvedRecipe other) {
        List<String> paths = new ArrayList<>(settings.keySet());
        other.settings.keySet().stream()
                .filter(path -> !settings.containsKey(path))
                .forEach(paths::add);
        List<String> differences = new ArrayList<>();
        for (String path : paths) {
            Object mine = valueOf(settings.get(path));
            Object theirs = valueOf(other.settings.get(path));
            if (!path.equals("preset") && !Objects.equals(mine, theirs) && !samePath(mine, theirs)) {
                differences.add(path + " is " + written(mine) + ", not " + written(theirs));
            }
        }
        return differences;
    }

    private static boolean samePath(@Nullable Object mine, @Nullable Object theirs) {
        return mine instanceof String one
                && theirs instanceof String other
                && absolute(one).equals(absolute(other));
    }

    private static Path absolute(String path) {
        return Path.of(path).toAbsolutePath().normalize();
    }

    private static @Nullable Object valueOf(@Nullable Setting setting) {
        return setting == null ? null : setting.value();
    }

    private static String written(@Nullable Object value) {
        return switch (value) {
            case null -> "null";
            case Double number -> decimal(number);
            case String text -> BARE.matcher(text).matches() && !text.equals("null") ? text : Json.line(text);
            case List<?> list ->
                "["
                        + String.join(
                                ", ", list.stream().map(ResolvedRecipe::written).toList()) + "]";
            default -> value.toString();
        };
    }

    /** The shortest decimal that is this number, with a point and a signed exponent, as every YAML reader wants it. */
    private static String decimal(double number) {
        String text = Double.toString(number);
        int exponent = text.indexOf('E');
        if (exponent < 0) {
            return text;
        }
        String power = text.substring(exponent + 1);
        return text.substring(0, exponent) + "e" + (power.startsWith("-") ? power : "+" + power);
    }
}
