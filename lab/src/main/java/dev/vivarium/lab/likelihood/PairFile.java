package dev.vivarium.lab.likelihood;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vivarium.engine.base.AtomicFiles;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Json;
import dev.vivarium.engine.text.ChatEncoder;
import dev.vivarium.lab.data.JsonLines;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Pairs as JSONL: {@code {"question_id", "question", "good", "bad"}} a line, if wanted with {@code system} and {@code tags}. */
public final class PairFile {
    private static final Set<String> KEYS = Set.of("question_id", "question", "good", "bad", "system", "tags");
    private static final String FORM = "a line is {\"question_id\": …, \"question\": …, \"good\": …, \"bad\": …}, if"
            + " wanted with \"system\" and \"tags\"";
    private static final int MOST = 100_000;

    private PairFile() {}

    /**
     * Reads a file.
     *
     * @throws InputException naming the first line that is no pair
     */
    public static List<Pair> read(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new InputException(file + ": no such file; " + FORM);
        }
        List<Pair> pairs = new ArrayList<>();
        Set<Pair> seen = new HashSet<>();
        try (JsonLines lines = new JsonLines(file)) {
            while (lines.next()) {
                String where = file + " line " + lines.number();
                Pair pair = pair(Json.parse(lines.text().getBytes(StandardCharsets.UTF_8), where), where);
                if (!seen.add(pair)) {
                    throw new InputException(where + ": this pair is there already; remove one of the two");
                }
                pairs.add(pair);
                if (pairs.size() > MOST) {
                    throw new InputException(file + ": holds more than " + MOST + " pairs; split it");
                }
            }
        }
        if (pairs.isEmpty()) {
            throw new InputException(file + ": holds no pair; " + FORM);
        }
        return pairs;
    }

    /** Replaces a file by these pairs. */
    public static void write(Path file, List<Pair> pairs) throws IOException {
        AtomicFiles.write(file, out -> {
            for (Pair pair : pairs) {
                out.write((Json.line(pair) + "\n").getBytes(StandardCharsets.UTF_8));
            }
        });
    }

    private static Pair pair(JsonNode line, String where) {
        if (!line.isObject()) {
            throw new InputException(where + ": is no object; " + FORM);
        }
        for (Iterator<String> keys = line.fieldNames(); keys.hasNext(); ) {
            String key = keys.next();
            if (!KEYS.contains(key)) {
                throw new InputException(where + ": unknown key \"" + key + "\"; " + FORM);
            }
        }
        Map<String, String> tags = new TreeMap<>();
        line.path("tags").properties().forEach(tag -> {
            if (!tag.getValue().isTextual()) {
                throw new InputException(where + ": tag \"" + tag.getKey() + "\" must be a text");
            }
            tags.put(tag.getKey(), tag.getValue().asText());
        });
        String good = required(line, "good", where);
        String bad = required(line, "bad", where);
        if (good.strip().equals(bad.strip())) {
            throw new InputException(where + ": the good and the bad answer are the same; make them differ");
        }
        return new Pair(
                required(line, "question_id", where),
                optional(line, "system", where),
                required(line, "question", where),
                good,
                bad,
                tags);
    }

    private static String required(JsonNode line, String key, String where) {
        String text = optional(line, key, where);
        if (text == null || ChatEncoder.isEmpty(text)) {
            throw new InputException(where + ": \"" + key + "\" is missing or empty; " + FORM);
        }
        return text;
    }

    private static @Nullable String optional(JsonNode line, String key, String where) {
        JsonNode value = line.path(key);
        if (value.isMissingNode() || value.isNull()) {
            return null;
        }
        if (!value.isTextual()) {
            throw new InputException(where + ": \"" + key + "\" must be a text; " + FORM);
        }
        return value.asText();
    }
}
