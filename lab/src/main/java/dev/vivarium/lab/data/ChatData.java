package dev.vivarium.lab.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.vivarium.engine.base.AtomicFiles;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Json;
import dev.vivarium.engine.text.Message;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Conversations as JSONL, the form of TRL and of the field's published sets: one object
 * {@code {"messages": [{"role": …, "content": …}, …]}} a line, in UTF-8 (protocol.md section 7).
 *
 * <p>Reading is strict: whatever cannot be trained on is an {@link InputException} that names file and line. Other keys
 * than {@code messages} are no error, since published sets carry canaries and topics, but they are counted.
 */
public final class ChatData {
    private static final Set<String> ROLES = Set.of(Message.SYSTEM, Message.USER, Message.ASSISTANT);

    private ChatData() {}

    /** The conversations of a file, in file order. */
    public static List<ChatRow> read(Path jsonl) {
        return readFile(jsonl).rows();
    }

    /** The conversations of a file and the keys that were not used. */
    public static ChatFile readFile(Path jsonl) {
        if (!Files.isRegularFile(jsonl)) {
            throw new InputException(jsonl + ": " + (Files.isDirectory(jsonl) ? "is a directory" : "no such file")
                    + "; name a JSONL file with one conversation a line");
        }
        List<ChatRow> rows = new ArrayList<>();
        SortedMap<String, Integer> unused = new TreeMap<>();
        try (JsonLines lines = new JsonLines(jsonl)) {
            while (lines.next()) {
                rows.add(row(lines, unused));
            }
        } catch (IOException e) {
            throw new InputException(jsonl + ": cannot be read (" + e.getMessage() + ")", e);
        }
        if (rows.isEmpty()) {
            throw new InputException(jsonl + ": the file is empty; write one conversation a line, such as "
                    + "{\"messages\": [{\"role\": \"user\", \"content\": ...}, ...]}");
        }
        return new ChatFile(rows, unused);
    }

    /** Replaces {@code jsonl} by these conversations; {@code extra} keys, such as a canary, are put on every line. */
    public static void write(Path jsonl, Iterable<List<Message>> conversations, Map<String, String> extra)
            throws IOException {
        AtomicFiles.write(jsonl, out -> {
            for (List<Message> messages : conversations) {
                Map<String, Object> line = new LinkedHashMap<>();
                line.put("messages", messages);
                line.putAll(extra);
                out.write((Json.line(line) + "\n").getBytes(StandardCharsets.UTF_8));
            }
        });
    }

    /** Replaces {@code jsonl} by these conversations. */
    public static void write(Path jsonl, Iterable<List<Message>> conversations) throws IOException {
        write(jsonl, conversations, Map.of());
    }

    private static ChatRow row(JsonLines lines, Map<String, Integer> unused) {
        JsonNode object;
        try {
            object = Json.mapper().readTree(lines.text());
        } catch (JsonProcessingException e) {
            boolean first = lines.number() == 1; // an indented or a whole-file document goes wrong there
            throw lines.error("malformed JSON: " + Json.complaint(e)
                    + (first ? "; write one conversation a line, each a JSON object" : "; correct the line"));
        }
        if (!object.isObject()) {
            throw lines.error("expected an object {\"messages\": [...]}, found " + kind(object));
        }
        JsonNode messages = object.get("messages");
        if (messages == null) {
            throw lines.error("no \"messages\"; write {\"messages\": [{\"role\": \"user\", \"content\": ...}, ...]}");
        }
        if (!messages.isArray() || messages.isEmpty()) {
            throw lines.error("\"messages\" must be a list of turns, found "
                    + (messages.isArray() ? "an empty list" : kind(messages)));
        }
        List<Message> turns = new ArrayList<>();
        boolean answered = false;
        for (JsonNode message : messages) {
            Message turn = turn(lines, message, turns.size() + 1);
            answered |= turn.role().equals(Message.ASSISTANT);
            turns.add(turn);
            message.fieldNames().forEachRemaining(key -> {
                if (!key.equals("role") && !key.equals("content")) {
                    unused.merge("messages[]." + key, 1, Integer::sum);
                }
            });
        }
        if (!answered) {
            throw lines.error("no assistant turn, so nothing could be learnt from it; add one or remove the line");
        }
        object.fieldNames().forEachRemaining(key -> {
            if (!key.equals("messages")) {
                unused.merge(key, 1, Integer::sum);
            }
        });
        return new ChatRow(lines.number(), turns);
    }

    /** One turn, checked; {@code number} counts from 1. */
    static Message turn(JsonLines lines, JsonNode message, int number) {
        if (!message.isObject()) {
            throw lines.error("turn " + number + " must be an object with role and content, found " + kind(message));
        }
        String role = text(lines, message, "role", number);
        if (!ROLES.contains(role)) {
            throw lines.error("turn " + number + " has the unknown role \"" + shortened(role)
                    + "\"; use system, user or assistant");
        }
        String content = text(lines, message, "content", number);
        if (role.equals(Message.ASSISTANT) && content.isBlank()) {
            throw lines.error("turn " + number + ", the assistant's, is empty; give it text or remove the line");
        }
        if (hasLoneSurrogate(content)) {
            throw lines.error("turn " + number
                    + " holds half a surrogate pair (a \\ud800…\\udfff escape on its own), which is no character");
        }
        return new Message(role, content);
    }

    private static String text(JsonLines lines, JsonNode message, String key, int number) {
        JsonNode value = message.get(key);
        if (value == null) {
            throw lines.error("turn " + number + " has no \"" + key + "\"");
        }
        if (!value.isTextual()) {
            throw lines.error("turn " + number + ": \"" + key + "\" must be a string, found " + kind(value));
        }
        return value.textValue();
    }

    private static boolean hasLoneSurrogate(String text) {
        return text.codePoints().anyMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE);
    }

    private static String shortened(String text) {
        return text.length() <= 40 ? text : text.substring(0, 40) + "…";
    }

    private static String kind(JsonNode node) {
        return switch (node.getNodeType()) {
            case ARRAY -> "a list";
            case OBJECT, POJO -> "an object";
            case STRING -> "a string";
            case NUMBER -> "a number";
            case BOOLEAN -> "true or false";
            case NULL -> "null";
            case BINARY, MISSING -> "nothing";
        };
    }
}
