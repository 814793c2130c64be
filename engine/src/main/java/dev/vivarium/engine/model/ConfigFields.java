package dev.vivarium.engine.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vivarium.engine.base.InputException;
import java.util.ArrayList;
import java.util.List;

/**
 * The keys of one JSON object, checked as they are read.
 *
 * @param where the file and, below its top, the key of the object
 */
record ConfigFields(String where, JsonNode json) {
    /** Upper bound of every size field: far above any real model, far below an overflow of shape products. */
    private static final int MAX_SIZE = 10_000_000;

    /** @throws InputException if it is not an object */
    ConfigFields {
        if (!json.isObject()) {
            throw new InputException(where + ": expected a JSON object");
        }
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
            throw new InputException(where + ": \"" + key + "\" is missing; is this a Hugging Face model directory?");
        }
        return node.textValue();
    }

    String text(String key, String otherwise) {
        return has(key) ? text(key) : otherwise;
    }

    int size(String key) {
        JsonNode node = json.path(key);
        if (!node.isInt() || node.intValue() <= 0 || node.intValue() > MAX_SIZE) {
            throw new InputException(where + ": \"" + key + "\" must be a whole number from 1 to " + MAX_SIZE
                    + (node.isMissingNode() ? "; it is missing" : "; it is " + node));
        }
        return node.intValue();
    }

    int size(String key, int otherwise) {
        return has(key) ? size(key) : otherwise;
    }

    double positive(String key) {
        double value = number(key, Double.NaN);
        if (!(value > 0) || Double.isInfinite(value)) {
            throw new InputException(where + ": \"" + key + "\" must be a positive number"
                    + (has(key) ? "; it is " + json.get(key) : "; it is missing"));
        }
        return value;
    }

    double number(String key, double otherwise) {
        if (!has(key)) {
            return otherwise;
        }
        JsonNode node = json.get(key);
        if (!node.isNumber()) {
            throw new InputException(where + ": \"" + key + "\" must be a number; it is " + node);
        }
        return node.doubleValue();
    }

    boolean flag(String key, boolean otherwise) {
        if (!has(key)) {
            return otherwise;
        }
        JsonNode node = json.get(key);
        if (!node.isBoolean()) {
            throw new InputException(where + ": \"" + key + "\" must be true or false; it is " + node);
        }
        return node.booleanValue();
    }

    /** {@code eos_token_id}: one token, a list of them, or none. */
    List<Integer> eosTokenIds() {
        JsonNode node = json.path("eos_token_id");
        List<Integer> ids = new ArrayList<>();
        if (node.isInt()) {
            ids.add(node.intValue());
        } else if (node.isArray()) {
            node.forEach(id -> ids.add(id.asInt(-1)));
        }
        if (ids.stream().anyMatch(id -> id < 0)) {
            throw new InputException(where + ": eos_token_id must be a token id or a list of them");
        }
        return ids;
    }

    InputException unsupported(String what, String instead) {
        return new InputException(where + ": " + what + " is not supported; " + instead);
    }
}
