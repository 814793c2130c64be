package dev.vivarium.engine.text;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Json;
import java.io.IOException;
import java.io.StringWriter;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How the special tokens of a vocabulary are spelt, and stand-ins for these spellings.
 *
 * <p>Text of a user that spells a special token must not become that token. The native tokenizer has no switch for this, so
 * such texts go through a second one whose special tokens are spelt by stand-ins of the same length; what the template
 * wrote is respelt, what a user wrote is not. The ids are those of Hugging Face's {@code encode_special_tokens}.
 *
 * <p>Stand-ins are made of the noncharacters U+FDD0 to U+FDEF, which no text has a reason to hold.
 */
final class SpecialSpellings {
    private static final char BASE = '\uFDD0';
    private static final int RADIX = 32;

    private final String where;
    private final Map<String, String> standIns = new LinkedHashMap<>();
    private final @Nullable Pattern pattern;

    SpecialSpellings(List<AddedToken> added, String where) {
        this.where = where;
        List<String> spellings = added.stream()
                .filter(AddedToken::special)
                .map(AddedToken::content)
                .filter(content -> !content.isEmpty())
                .distinct()
                .toList();
        for (String spelling : spellings) {
            standIns.put(spelling, standIn(standIns.size(), spelling.length()));
        }
        // the longest first: where two fit, the tokenizer takes it too
        this.pattern = spellings.isEmpty()
                ? null
                : Pattern.compile(spellings.stream()
                        .sorted(Comparator.comparingInt(String::length).reversed())
                        .map(Pattern::quote)
                        .collect(Collectors.joining("|")));
    }

    /** The file they are from, for messages. */
    String where() {
        return where;
    }

    private String standIn(int number, int length) {
        char[] digits = new char[length];
        int rest = number;
        for (int i = length - 1; i >= 0; i--) {
            digits[i] = (char) (BASE + rest % RADIX);
            rest /= RADIX;
        }
        if (rest > 0) {
            throw new InputException(where + ": has too many special tokens of " + length + " characters");
        }
        return new String(digits);
    }

    /** Whether a text spells one. */
    boolean in(String text) {
        return pattern != null && pattern.matcher(text).find();
    }

    /**
     * The text with stand-ins wherever a special token is spelt outside {@code inert}; no character changes its place.
     *
     * @param inert what is not the template's, in order
     */
    String respelt(String text, Collection<Span> inert) {
        if (text.chars().anyMatch(c -> c >= BASE && c < BASE + RADIX)) {
            throw new InputException(
                    "the conversation spells a special token and holds a noncharacter (U+FDD0 to U+FDEF),"
                            + " so the one cannot be told from the other; remove the noncharacter");
        }
        StringBuilder respelt = new StringBuilder(text.length());
        int done = 0;
        for (Span span : inert) {
            respelt.append(respelt(text.substring(done, span.start())));
            respelt.append(text, span.start(), span.end());
            done = span.end();
        }
        return respelt.append(respelt(text.substring(done))).toString();
    }

    private String respelt(String text) {
        return pattern == null
                ? text
                : pattern.matcher(text).replaceAll(found -> standIns.getOrDefault(found.group(), found.group()));
    }

    /** The {@code tokenizer.json} in which the special tokens are spelt by their stand-ins, wherever they are named. */
    String respeltTokenizer(String json) {
        StringWriter out = new StringWriter(json.length());
        try (JsonParser parser = Json.mapper().getFactory().createParser(json);
                JsonGenerator generator = Json.mapper().getFactory().createGenerator(out)) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                boolean named = token == JsonToken.FIELD_NAME || token == JsonToken.VALUE_STRING;
                String standIn = named ? standIns.get(parser.getText()) : null;
                if (standIn == null) {
                    generator.copyCurrentEvent(parser);
                } else if (token == JsonToken.FIELD_NAME) {
                    generator.writeFieldName(standIn);
                } else {
                    generator.writeString(standIn);
                }
            }
        } catch (IOException e) {
            throw new InputException(where + ": cannot be read (" + e.getMessage() + ")", e);
        }
        return out.toString();
    }
}
