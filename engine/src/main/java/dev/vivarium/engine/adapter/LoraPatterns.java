package dev.vivarium.engine.adapter;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vivarium.engine.base.InputException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
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

    private final Map<Named, Number> ranks;
    private final Map<Named, Number> alphas;

    private LoraPatterns(Map<Named, Number> ranks, Map<Named, Number> alphas) {
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

    private static Map<Named, Number> read(JsonNode config, String key, boolean whole) {
        JsonNode node = config.path(key);
        if (!node.isMissingNode() && !node.isNull() && !node.isObject()) {
            throw new InputException(AdapterFiles.CONFIG + ": " + key + " must map module names to numbers");
        }
        Map<Named, Number> patterns = new LinkedHashMap<>();
        node.properties().forEach(entry -> {
            JsonNode value = entry.getValue();
            boolean fits = whole ? value.isInt() && value.intValue() > 0 : value.isNumber() && value.doubleValue() > 0;
            if (!fits) {
                throw new InputException(AdapterFiles.CONFIG + ": " + key + " gives \"" + entry.getKey()
                        + "\" the value " + value + ", not a positive " + (whole ? "whole number" : "number"));
            }
            String text = entry.getKey();
            patterns.put(new Named(text, compile(key, "(?:.*\\.)?", text, "")), value.numberValue());
        });
        return patterns;
    }

    /** An expression in Python's spelling with something before and after it. */
    static Pattern compile(String key, String before, String text, String after) {
        if (text.length() > LONGEST_KEY) {
            throw new InputException(AdapterFiles.CONFIG + ": a name in " + key + " has " + text.length()
                    + " characters; " + LONGEST_KEY + " are read");
        }
        try {
            return Pattern.compile(before + "(?:" + text.replace("(?P<", "(?<") + ")" + after);
        } catch (PatternSyntaxException e) {
            throw new InputException(
                    AdapterFiles.CONFIG + ": \"" + text + "\" in " + key + " is no regular expression ("
                            + e.getDescription() + ")",
                    e);
        }
    }

    /** The names that are the first to fit none of the modules, as the file spells them. */
    List<String> idle(List<String> modules) {
        List<String> idle = new ArrayList<>();
        for (Map<Named, Number> patterns : List.of(ranks, alphas)) {
            Set<String> used = new HashSet<>();
            for (String module : modules) {
                patterns.keySet().stream()
                        .filter(named -> named.fits(module))
                        .findFirst()
                        .ifPresent(named -> used.add(named.text));
            }
            patterns.keySet().stream().map(Named::text).filter(text -> !used.contains(text)).forEach(idle::add);
        }
        return idle;
    }

    private record Named(String text, Pattern pattern) {
        boolean fits(String module) {
            return pattern.matcher(new Counted(module)).matches();
        }
    }

    /** Rank and alpha of a module, by its name in the base model without {@code .weight}. */
    LoraSettings.Strength of(String module, LoraSettings.Strength otherwise) {
        return new LoraSettings.Strength(
                first(ranks, module, otherwise.r()).intValue(),
                first(alphas, module, otherwise.alpha()).doubleValue());
    }

    private static Number first(Map<Named, Number> patterns, String module, Number otherwise) {
        for (Map.Entry<Named, Number> entry : patterns.entrySet()) {
            if (entry.getKey().fits(module)) {
                return entry.getValue();
            }
        }
        return otherwise;
    }

    /** A text that may be looked at so often only. */
    static final class Counted implements CharSequence {
        private final String text;
        private int looks;

        Counted(String text) {
            this.text = text;
        }

        @Override
        public char charAt(int index) {
            looks++;
            if (looks > MOST_STEPS) {
                throw new InputException(AdapterFiles.CONFIG
                        + ": a name pattern takes too long to compare; write it without"
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
