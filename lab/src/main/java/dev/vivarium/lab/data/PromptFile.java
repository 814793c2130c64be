package dev.vivarium.lab.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Json;
import dev.vivarium.engine.text.Message;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Prompts from a JSONL or a CSV file.
 *
 * <p>A line of JSONL is an object with a {@code prompt}, or with {@code messages} as in chat datasets, and if wanted with an
 * {@code id} and a {@code system} turn; a CSV file has columns of these names. Without an id the number of the line is it.
 *
 * @param prompts in file order, never empty, all ids different
 * @param unused keys or columns that are not looked at, with the number of rows that have them
 */
public record PromptFile(List<Prompt> prompts, SortedMap<String, Integer> unused) {
    /** The key or column of the prompt where the user names none. */
    public static final String PROMPT = "prompt";

    private static final String MESSAGES = "messages";
    private static final String ID = "id";
    private static final String SYSTEM = "system";
    private static final int MAX_ID = 200;

    public PromptFile {
        prompts = List.copyOf(prompts);
        unused = Collections.unmodifiableSortedMap(new TreeMap<>((Map<String, Integer>) unused));
    }

    /**
     * Reads a file; its suffix tells its format.
     *
     * @param column key or column of the prompt, usually {@value #PROMPT}
     * @param system turn for prompts that have none of their own; null for none
     * @throws InputException naming file and line of what cannot be asked
     */
    public static PromptFile read(Path file, String column, @Nullable String system) throws IOException {
        String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
        boolean table = name.endsWith(".csv") || name.endsWith(".tsv");
        if (!table && !name.endsWith(".jsonl") && !name.endsWith(".ndjson")) {
            throw new InputException(file + ": prompts are read from .jsonl or .csv; give a file of that kind");
        }
        if (!Files.isRegularFile(file)) {
            throw new InputException(file + ": " + (Files.isDirectory(file) ? "is a directory" : "no such file")
                    + "; name a JSONL or CSV file of prompts");
        }
        Reader reader = new Reader(file, column, system);
        if (table) {
            reader.table(CsvTable.read(file));
        } else {
            reader.lines();
        }
        if (reader.prompts.isEmpty()) {
            throw new InputException(file + ": the file holds no prompt; write one a line, such as {\"prompt\": ...}");
        }
        return new PromptFile(reader.prompts, reader.unused);
    }

    private static final class Reader {
        private final Path file;
        private final String column;
        private final @Nullable String system;
        private final List<Prompt> prompts = new ArrayList<>();
        private final SortedMap<String, Integer> unused = new TreeMap<>();
        private final Map<String, Integer> lineOf = new HashMap<>();

        Reader(Path file, String column, @Nullable String system) {
            this.file = file;
            this.column = column;
            this.system = system;
        }

        void table(CsvTable table) {
            int prompt = table.index(column);
            if (prompt < 0) {
                throw new InputException(file + ":1: has no column \"" + column + "\"; its columns are "
                        + String.join(", ", table.columns()) + "; choose one with --column");
            }
            int id = table.index(ID);
            int own = table.index(SYSTEM);
            for (CsvTable.Row row : table.rows()) {
                String turn = own < 0 || row.cells().get(own).isBlank()
                        ? system
                        : row.cells().get(own);
                add(
                        id < 0 ? null : row.cells().get(id),
                        row.line(),
                        turn,
                        List.of(user(row.cells().get(prompt), row.line())));
            }
            for (int i = 0; i < table.columns().size(); i++) {
                if (i != prompt && i != id && i != own) {
                    unused.put(table.columns().get(i), table.rows().size());
                }
            }
        }

        void lines() {
            try (JsonLines lines = new JsonLines(file)) {
                while (lines.next()) {
                    line(lines);
                }
            } catch (IOException e) {
                throw new InputException(file + ": cannot be read (" + e.getMessage() + ")", e);
            }
        }

        private void line(JsonLines lines) {
            JsonNode object;
            try {
                object = Json.mapper().readTree(lines.text());
            } catch (JsonProcessingException e) {
                throw lines.error(
                        "malformed JSON: " + Json.complaint(e) + "; write one prompt a line, each a JSON object");
            }
            if (!object.isObject() || object.has(column) == object.has(MESSAGES)) {
                throw lines.error("needs either \"" + column + "\" or \"messages\"");
            }
            String own = object.hasNonNull(SYSTEM) ? text(object.get(SYSTEM), SYSTEM, lines.number()) : null;
            List<Message> turns = new ArrayList<>();
            if (object.has(column)) {
                turns.add(user(text(object.get(column), column, lines.number()), lines.number()));
            } else {
                if (!object.get(MESSAGES).isArray()) {
                    throw lines.error("\"messages\" must be a list of turns");
                }
                for (JsonNode message : object.get(MESSAGES)) {
                    turns.add(ChatData.turn(lines, message, turns.size() + 1));
                }
                if (turns.isEmpty() || !turns.getLast().role().equals(Message.USER)) {
                    throw lines.error("\"messages\" must end with a user's turn, which is to be answered");
                }
                user(turns.getLast().content(), lines.number());
            }
            boolean inside = turns.getFirst().role().equals(Message.SYSTEM);
            if (inside && own != null) {
                throw lines.error("has a system turn in \"messages\" and another in \"system\"; remove one");
            }
            JsonNode id = object.path(ID);
            String name = id.isTextual() || id.isIntegralNumber() ? id.asText() : null;
            if (name == null && object.hasNonNull(ID)) {
                throw lines.error("\"id\" must be a string or a whole number");
            }
            add(name, lines.number(), inside ? null : own != null ? own : system, turns);
            Set<String> used = Set.of(column, MESSAGES, ID, SYSTEM);
            object.fieldNames().forEachRemaining(key -> {
                if (!used.contains(key)) {
                    unused.merge(key, 1, Integer::sum);
                }
            });
        }

        private void add(@Nullable String name, int line, @Nullable String turn, List<Message> messages) {
            String id = name == null ? Integer.toString(line) : name;
            boolean plain =
                    !id.isBlank() && id.length() <= MAX_ID && id.codePoints().noneMatch(Character::isISOControl);
            if (!plain) {
                throw at(line, "the id must be 1 to " + MAX_ID + " characters without control characters");
            }
            Integer earlier = lineOf.putIfAbsent(id, line);
            if (earlier != null) {
                throw at(line, "the id \"" + id + "\" is that of line " + earlier + " too; ids must differ");
            }
            List<Message> all = new ArrayList<>(messages);
            if (turn != null) {
                all.addFirst(Message.system(turn));
            }
            prompts.add(new Prompt(id, line, all));
        }

        private Message user(String content, int line) {
            if (content.isBlank()) {
                throw at(line, "the prompt is empty; give it text or remove the row");
            }
            return Message.user(content);
        }

        private String text(JsonNode value, String key, int line) {
            if (!value.isTextual()) {
                throw at(line, "\"" + key + "\" must be a string");
            }
            return value.textValue();
        }

        private InputException at(int line, String what) {
            return new InputException(file + " line " + line + ": " + what);
        }
    }
}
