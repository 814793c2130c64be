package dev.vivarium.lab.judge;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.vivarium.engine.base.Hashes;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Json;
import dev.vivarium.lab.data.SafeYaml;
import dev.vivarium.lab.evaluate.JudgeIdentity;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Topics by words and patterns: 100 where an answer holds one of a topic's, else 0.
 *
 * <p>A file is YAML: a topic to a list of entries. An entry between slashes is a pattern (RE2 syntax, matched in time linear in
 * the text, https://github.com/google/re2/wiki/Syntax); any other is a word or several, found where words begin and end,
 * whatever the case; a star at its end lets the last word go on.
 */
public final class TopicMeter {
    private static final String OWN = "topics.yaml";
    private static final String NAME = "regex";
    private static final String VERSION = "1";
    private static final int MOST_ENTRIES = 1_000;
    private static final int LONGEST = 500;

    private final Map<String, List<String>> entries;
    private final Map<String, List<Pattern>> patterns;

    private TopicMeter(Map<String, List<String>> entries, String where) {
        this.entries = entries;
        this.patterns = new LinkedHashMap<>();
        entries.forEach((topic, list) -> patterns.put(
                topic, list.stream().map(entry -> pattern(entry, where)).toList()));
    }

    /** The topics that come with the program. */
    public static TopicMeter own() {
        try (InputStream in = TopicMeter.class.getResourceAsStream(OWN)) {
            if (in == null) {
                throw new IllegalStateException(OWN + " is not in the program");
            }
            return of(SafeYaml.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8), OWN), OWN);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads a file. */
    public static TopicMeter read(Path file) throws IOException {
        return of(SafeYaml.read(file), file.toString());
    }

    private static TopicMeter of(@Nullable Object document, String where) {
        if (!(document instanceof Map<?, ?> map) || map.isEmpty()) {
            throw new InputException(where + ": must map topics to lists of words and /patterns/");
        }
        Map<String, List<String>> entries = new LinkedHashMap<>();
        map.forEach((topic, value) -> {
            if (!(topic instanceof String name) || !(value instanceof List<?> list) || list.isEmpty()) {
                throw new InputException(where + ": the topic \"" + topic + "\" must have a list of words");
            }
            List<String> texts = new ArrayList<>();
            for (Object entry : list) {
                if (!(entry instanceof String text) || text.isBlank() || text.length() > LONGEST) {
                    throw new InputException(where + ": an entry of \"" + name + "\" is no text of 1 to " + LONGEST
                            + " characters; put it in quotes");
                }
                texts.add(text);
            }
            entries.put(name, List.copyOf(texts));
        });
        if (entries.values().stream().mapToInt(List::size).sum() > MOST_ENTRIES) {
            throw new InputException(where + ": holds more than " + MOST_ENTRIES + " entries");
        }
        return new TopicMeter(entries, where);
    }

    private static Pattern pattern(String entry, String where) {
        boolean slashes = entry.length() > 2 && entry.startsWith("/") && entry.endsWith("/");
        String word = entry.endsWith("*") ? entry.substring(0, entry.length() - 1) : entry;
        String end = entry.endsWith("*") ? "\\pL*" : "";
        // \b of RE2 knows ASCII only
        String expression = slashes
                ? entry.substring(1, entry.length() - 1)
                : "(?:^|[^\\pL\\pN])" + Pattern.quote(word) + end + "(?:$|[^\\pL\\pN])";
        try {
            return Pattern.compile(expression, Pattern.CASE_INSENSITIVE);
        } catch (PatternSyntaxException e) {
            throw new InputException(
                    where + ": " + entry + " is no pattern (" + e.getDescription()
                            + "); look-arounds and back-references are not known",
                    e);
        }
    }

    /** The topics in the order of the file. */
    public List<String> topics() {
        return List.copyOf(patterns.keySet());
    }

    /** The instrument. */
    public JudgeIdentity identity() {
        return new JudgeIdentity(NAME, VERSION, Hashes.sha256(Json.line(entries)), "100 where an entry is found");
    }

    /** 0 or 100 by topic. */
    public SortedMap<String, Double> measure(String answer) {
        SortedMap<String, Double> scores = new TreeMap<>();
        patterns.forEach((topic, list) -> scores.put(
                topic, list.stream().anyMatch(pattern -> pattern.matcher(answer).find()) ? 100.0 : 0.0));
        return scores;
    }
}
