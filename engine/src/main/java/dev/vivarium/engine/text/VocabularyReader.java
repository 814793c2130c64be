package dev.vivarium.engine.text;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Json;
import dev.vivarium.engine.base.Printable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads from a {@code tokenizer.json} what the native tokenizer does not tell: ids by name, added tokens.
 *
 * <p>Streams, because the merges of a large vocabulary would be a tree of a million nodes.
 */
final class VocabularyReader {
    /** What a token id may be at most: several times the largest vocabulary, and small enough to size an array. */
    private static final int MAX_ID = 2_000_000;

    private final String where;
    private final Map<String, Integer> ids = new HashMap<>();
    private final Map<Integer, String> names = new HashMap<>();
    private final List<AddedToken> added = new ArrayList<>();

    private VocabularyReader(String where) {
        this.where = where;
    }

    record Vocabulary(Map<String, Integer> ids, List<AddedToken> added) {
        int size() {
            return ids.values().stream().mapToInt(Integer::intValue).max().orElse(-1) + 1;
        }
    }

    static Vocabulary read(String json, String where) {
        VocabularyReader reader = new VocabularyReader(where);
        try (JsonParser parser = Json.mapper().getFactory().createParser(json)) {
            reader.readDocument(parser);
        } catch (JsonProcessingException e) {
            throw new InputException(
                    where + ": malformed JSON: " + Json.complaint(e) + "; take the file of the model again", e);
        } catch (IOException e) {
            throw new InputException(where + ": cannot be read (" + e.getMessage() + ")", e);
        }
        return new Vocabulary(reader.ids, List.copyOf(reader.added));
    }

    private void readDocument(JsonParser parser) throws IOException {
        require(parser.nextToken() == JsonToken.START_OBJECT, "is not a JSON object");
        for (String key = parser.nextFieldName(); key != null; key = parser.nextFieldName()) {
            JsonToken value = parser.nextToken();
            if (key.equals("added_tokens")) {
                require(
                        value == JsonToken.START_ARRAY || value == JsonToken.VALUE_NULL,
                        "has added_tokens that are not a list");
                while (value == JsonToken.START_ARRAY && parser.nextToken() != JsonToken.END_ARRAY) {
                    readAdded(parser);
                }
            } else if (key.equals("model") && value == JsonToken.START_OBJECT) {
                for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
                    JsonToken part = parser.nextToken();
                    if (name.equals("vocab") && part == JsonToken.START_OBJECT) {
                        readVocabulary(parser);
                    } else if (name.equals("vocab")) {
                        throw new InputException(where + ": only vocabularies of name and id are supported (BPE,"
                                + " WordLevel, WordPiece), not Unigram");
                    } else {
                        parser.skipChildren();
                    }
                }
            } else {
                parser.skipChildren();
            }
        }
        require(parser.nextToken() == null, "has more text after its end");
        require(!ids.isEmpty(), "has no vocabulary");
    }

    private void readVocabulary(JsonParser parser) throws IOException {
        for (String token = parser.nextFieldName(); token != null; token = parser.nextFieldName()) {
            require(parser.nextToken() == JsonToken.VALUE_NUMBER_INT, "has a token whose id is not a whole number");
            put(token, id(parser));
        }
    }

    private void readAdded(JsonParser parser) throws IOException {
        require(parser.currentToken() == JsonToken.START_OBJECT, "has an added token that is not an object");
        int id = -1;
        String content = null;
        boolean special = false;
        for (String key = parser.nextFieldName(); key != null; key = parser.nextFieldName()) {
            JsonToken value = parser.nextToken();
            switch (key) {
                case "id" -> {
                    require(value == JsonToken.VALUE_NUMBER_INT, "has an added token whose id is not a whole number");
                    id = id(parser);
                }
                case "content" -> {
                    require(value == JsonToken.VALUE_STRING, "has an added token whose content is not a text");
                    content = parser.getText();
                }
                case "special" -> {
                    require(value.isBoolean(), "has an added token whose special is neither true nor false");
                    special = value == JsonToken.VALUE_TRUE;
                }
                default -> parser.skipChildren();
            }
        }
        if (content == null || id < 0) {
            throw new InputException(where + ": has an added token without id or content; take the file again");
        }
        put(content, id);
        added.add(new AddedToken(id, content, special));
    }

    /** An added token may also stand in the vocabulary, with the same id. */
    private void put(String token, int id) {
        String other = names.putIfAbsent(id, token);
        if (other != null && !other.equals(token)) {
            throw new InputException(where + ": gives id " + id + " to both \"" + Printable.name(other) + "\" and \""
                    + Printable.name(token) + "\"; take the file of the model again");
        }
        Integer before = ids.put(token, id);
        if (before != null && before != id) {
            throw new InputException(where + ": gives \"" + Printable.name(token) + "\" both id " + before + " and id "
                    + id + "; take the file of the model again");
        }
    }

    private int id(JsonParser parser) throws IOException {
        long id = parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER ? -1 : parser.getLongValue();
        require(id >= 0 && id <= MAX_ID, "has a token id out of range");
        return (int) id;
    }

    private void require(boolean holds, String fault) {
        if (!holds) {
            throw new InputException(where + ": " + fault + "; take the file of the model again");
        }
    }
}
