package dev.vivarium.engine.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Json;
import dev.vivarium.engine.base.Printable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The keys of one JSON object, checked as they are read.
 *
 * @param where the file and, below its top, the key of the object
 */
record ConfigFields(String where, JsonNode json) {
    /** Upper bound of every size field: far above any real model, far below an overflow of shape products. */
    static final int MAX_SIZE = 10_000_000;

    /** Real files have a few thousand bytes, and a tree takes many times the memory of its text. */
    private static final long MAX_FILE_BYTES = 500_000;

    /** @throws InputException if it is not an object */
    ConfigFields {
        if (!json.isObject()) {
            throw new InputException(where + ": expected a JSON object");
        }
    }

    static ConfigFields read(Path file) {
        return new ConfigFields(file.toString(), Json.read(file, MAX_FILE_BYTES));
    }

    /** The same with values for keys that it leaves out. */
    ConfigFields over(ObjectNode defaults) {
        ObjectNode all = defaults.deepCopy();
        json.properties().forEach(entry -> all.set(entry.getKey(), entry.getValue()));
        return new ConfigFields(where, all);
    }

    /** Whether the key has a value other than null. */
    boolean has(String key) {
        return json.hasNonNull(key);
    }

    /** The object below a key. */
    ConfigFields at(String key) {
        return new ConfigFields(where + ": " + key, json.path(key));
    }

    String text(String key) {
        JsonNode node = json.path(key);
        if (!node.isTextual()) {
            throw new InputException(
                    where + ": \"" + key + "\" " + (has(key) ? "must be a text; it is " + shown(key) : "is missing")
                            + "; is this a Hugging Face model directory?");
        }
        return node.textValue();
    }

    String text(String key, String otherwise) {
        return has(key) ? text(key) : otherwise;
    }

    int size(String key) {
        return whole(key, 1, MAX_SIZE);
    }

    int whole(String key, int least, int most) {
        JsonNode node = json.path(key);
        if (!node.isInt() || node.intValue() < least || node.intValue() > most) {
            throw new InputException(
                    where + ": \"" + key + "\" must be a whole number from " + least + " to " + most + is(key));
        }
        return node.intValue();
    }

    int size(String key, int otherwise) {
        return has(key) ? size(key) : otherwise;
    }

    double positive(String key) {
        double value = number(key, Double.NaN);
        if (!(value > 0)) {
            throw new InputException(where + ": \"" + key + "\" must be a positive number" + is(key));
        }
        return value;
    }

    double number(String key, double otherwise) {
        if (!has(key)) {
            return otherwise;
        }
        JsonNode node = json.get(key);
        if (!node.isNumber() || !Double.isFinite(node.doubleValue())) {
            throw new InputException(where + ": \"" + key + "\" must be a number" + is(key));
        }
        return node.doubleValue();
    }

    boolean flag(String key, boolean otherwise) {
        if (!has(key)) {
            return otherwise;
        }
        JsonNode node = json.get(key);
        if (!node.isBoolean()) {
            throw new InputException(where + ": \"" + key + "\" must be true or false" + is(key));
        }
        return node.booleanValue();
    }

    /** {@code eos_token_id}: one token, a list of them, or none. */
    List<Integer> eosTokenIds() {
        JsonNode node = json.path("eos_token_id");
        List<Integer> ids = new ArrayList<>();
        for (JsonNode id : node.isArray() ? node : List.of(node)) {
            if (id.isInt() && id.intValue() >= 0) {
                ids.add(id.intValue());
            } else if (node.isArray() || has("eos_token_id")) {
                throw new InputException(
                        where + ": eos_token_id must be a token id or a list of them" + is("eos_token_id"));
            }
        }
        return ids;
    }

    private String is(String key) {
        return json.path(key).isMissingNode() ? "; it is missing" : "; it is " + shown(key);
    }

    /** The value of a key as the file spells it, short. */
    String shown(String key) {
        return Printable.name(json.path(key).toString());
    }

    InputException unsupported(String what, String instead) {
        return new InputException(where + ": " + Printable.name(what) + " is not supported; " + instead);
    }
}
