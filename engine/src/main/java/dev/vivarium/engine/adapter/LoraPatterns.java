package dev.vivarium.engine.adapter;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vivarium.engine.base.InputException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * {@code rank_pattern} and {@code alpha_pattern} of an adapter's configuration: other ranks and alphas for some modules.
 *
 * <p>A key is a regular expression that must fit the end of a module's name from a dot or its beginning on, and the first
 * that does counts (PEFT, {@code get_pattern_key} in
 * https://github.com/huggingface/peft/blob/main/src/peft/utils/other.py). The work that an expression may cost is bounded,
 * since some cost more than a lifetime.
 */
final class LoraPatterns {
    private static final int LONGEST_KEY = 500;
    private static final int MOST_STEPS = 100_000;

    private final Map<Pattern, Number> ranks;
    private final Map<Pattern, Number> alphas;

    private LoraPatterns(Map<Pattern, Number> ranks, Map<Pattern, Number> alphas) {
        this.ranks = ranks;
        this.alphas = alphas;
    }

    /**
     * @param config an {@code adapter_config.json}
     * @throws InputException if a key is no expression or a value no positive number
     */
    static LoraPatterns of(JsonNode config) {
        return new LoraPatterns(read(config, "rank_pattern", true), read(config, "alpha_pattern", false));
    }

    private static Map<Pattern, Number> read(JsonNode config, String key, boolean whole) {
        JsonNode node = config.path(key);
        if (!node.isMissingNode() && !node.isNull() && !node.isObject()) {
            throw new InputException(AdapterFiles.CONFIG + ": " + key + " must map module names to numbers");
        }
        Map<Pattern, Number> patterns = new LinkedHashMap<>();
        node.properties().forEach(entry -> {
            JsonNode value = entry.getValue();
            boolean fits = whole ? value.isInt() && value.intValue() > 0 : value.isNumber() && value.doubleValue() > 0;
            if (!fits) {
                throw new InputException(AdapterFiles.CONFIG + ": " + key + " gives \"" + entry.getKey()
                        + "\" the value " + value + ", not a positive " + (whole ? "whole number" : "number"));
            }
            patterns.put(compile(key, entry.getKey()), value.numberValue());
        });
        return patterns;
    }

    private static Pattern compile(String key, String text) {
        if (text.length() > LONGEST_KEY) {
            throw new InputException(AdapterFiles.CONFIG + ": a name in " + key + " has " + text.length()
                    + " characters; " + LONGEST_KEY + " are read");
        }
        try {
            return Pattern.compile("(?:.*\\.)?(?:" + text + ")");
        } catch (PatternSyntaxException e) {
            throw new InputException(
                    AdapterFiles.CONFIG + ": \"" + text + "\" in " + key + " is no regular expression ("
                            + e.getDescription() + ")",
                    e);
        }
    }

    /** Rank and alpha of a module, by its name in the base model without {@code .weight}. */
    LoraSettings.Strength of(String module, LoraSettings.Strength otherwise) {
        return new LoraSettings.Strength(
                first(ranks, module, otherwise.r()).intValue(),
                first(alphas, module, otherwise.alpha()).doubleValue());
    }

    private static Number first(Map<Pattern, Number> patterns, String module, Number otherwise) {
        for (Map.Entry<Pattern, Number> entry : patterns.entrySet()) {
            if (entry.getKey().matcher(new Counted(module)).matches()) {
                return entry.getValue();
            }
        }
        return otherwise;
    }

    /** A text that may be looked at so often only. */
    private static final class Counted implements CharSequence {
        private final String text;
        private int looks;

        private Counted(String text) {
            this.text = text;
        }

        @Override
        public char charAt(int index) {
            looks++;
            if (looks > MOST_STEPS) {
                throw new InputException(AdapterFiles.CONFIG
                        + ": a name in rank_pattern or alpha_pattern takes too long to compare; write it without"
                        + " repetition in repetition");
            }
            return text.charAt(index);
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return text.subSequence(start, end);
        }

        @Override
        public String toString() {
            return text;
        }
    }
}
