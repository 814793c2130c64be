package dev.vivarium.engine.base;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/**
 * JSON as this program reads and writes it: bounded depth and sizes, duplicate keys refused, trailing text refused.
 *
 * <p>Hostile files are the normal case for a model directory, so there is one mapper and it is strict.
 */
public final class Json {
    /** Largest string in a document we accept: long enough for a chat template or a long answer. */
    private static final int MAX_STRING = 20_000_000;

    private static final int MAX_DEPTH = 64;

    /** Far above any document of ours; a larger file is something else. */
    private static final long MAX_FILE_BYTES = 200_000_000;

    private static final int LONGEST_COMPLAINT = 200;

    private static final ObjectMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_DEPTH)
                            .maxStringLength(MAX_STRING)
                            .maxNumberLength(64)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .build();

    private Json() {}

    /** The shared, immutable-by-convention mapper. */
    public static ObjectMapper mapper() {
        return MAPPER;
    }

    /** Parses one document; {@code where} names it in the error message. */
    public static JsonNode parse(byte[] bytes, String where) {
        try {
            JsonNode node = MAPPER.readTree(bytes);
            if (node == null || node.isMissingNode()) {
                throw new InputException(where + ": the file is empty; expected JSON");
            }
            return node;
        } catch (JsonProcessingException e) {
            throw malformed(where, e);
        } catch (IOException e) {
            throw new InputException(where + ": cannot be read (" + e.getMessage() + ")", e);
        }
    }

    /** Reads one file as a JSON document. */
    public static JsonNode read(Path file) {
        return read(file, MAX_FILE_BYTES);
    }

    /**
     * Reads one file as a JSON document.
     *
     * @param mostBytes what such a file may have: a tree takes many times the memory of its text
     */
    public static JsonNode read(Path file, long mostBytes) {
        return parse(bytes(file, mostBytes), file.toString());
    }

    /** Reads one file into a record. */
    public static <T> T read(Path file, Class<T> type) {
        try {
            return MAPPER.readValue(bytes(file, MAX_FILE_BYTES), type);
        } catch (JsonProcessingException e) {
            throw malformed(file.toString(), e);
        } catch (IOException e) {
            throw new InputException(file + ": cannot be read (" + e.getMessage() + ")", e);
        }
    }

    /** Replaces {@code file} atomically by {@code value}, indented, with a final newline. */
    public static void write(Path file, Object value) throws IOException {
        AtomicFiles.writeString(file, MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(value) + "\n");
    }

    /** One-line form, for JSONL. */
    public static String line(Object value) {
        try {
            return MAPPER.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("value cannot be written as JSON", e);
        }
    }

    private static String mismatch(MismatchedInputException e, String message) {
        if (e.getPath().isEmpty()) {
            return message.startsWith("No content") ? "it is empty" : "it does not hold what belongs there";
        }
        String path = e.getPath().stream()
                .map(step -> step.getFieldName() == null ? Integer.toString(step.getIndex()) : step.getFieldName())
                .collect(Collectors.joining("."));
        if (e instanceof UnrecognizedPropertyException unknown) {
            List<String> known =
                    unknown.getKnownPropertyIds().stream().map(String::valueOf).toList();
            return "unknown key \"" + path + "\"" + Nearest.hint(unknown.getPropertyName(), known);
        }
        return "\"" + path + "\" is missing or has a value of the wrong kind";
    }

    private static byte[] bytes(Path file, long mostBytes) {
        if (!Files.isRegularFile(file)) {
            boolean directory = Files.isDirectory(file);
            throw new InputException(file + ": " + (directory ? "is a directory, not a file" : "no such file"));
        }
        try {
            if (Files.size(file) > mostBytes) {
                throw new InputException(
                        file + ": larger than " + mostBytes + " bytes, so it is not what its name says");
            }
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new InputException(file + ": cannot be read (" + e.getMessage() + ")", e);
        }
    }

    private static InputException malformed(String where, JsonProcessingException e) {
        String at = e.getLocation() == null ? "" : " at line " + e.getLocation().getLineNr();
        return new InputException(
                where + ": malformed JSON" + at + ": " + complaint(e) + "; correct the file or take it again", e);
    }

    /** What a parser or mapper of this library found wrong, without its own remarks on how it is configured. */
    public static String complaint(JsonProcessingException e) {
        String message = e.getOriginalMessage();
        if (message.startsWith("Trailing token")) {
            return "more text follows after its end";
        }
        if (e instanceof MismatchedInputException mismatch) {
            return mismatch(mismatch, message);
        }
        String line = message.lines().findFirst().orElse("no detail");
        for (String remark : List.of(" (start marker at", ", from `StreamRead", " (through reference chain")) {
            int cut = line.indexOf(remark);
            line = cut < 0 ? line : line.substring(0, cut) + (remark.startsWith(",") ? ")" : "");
        }
        return Printable.cut(line, LONGEST_COMPLAINT);
    }
}
