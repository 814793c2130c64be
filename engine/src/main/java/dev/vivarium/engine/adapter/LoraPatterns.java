package dev.vivarium.engine.adapter;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Printable;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * {@code rank_pattern} and {@code alpha_pattern} of an adapter's configuration: other ranks and alphas for some modules.
 *
 * <p>A key is a regular expression that must fit the end of a module's name from a dot or its beginning on, and the first
 * that does counts (PEFT, {@code get_pattern_key} in
 * https://github.com/huggingface/peft/blob/main/src/peft/utils/other.py). The matcher's time is linear in the
 * expression and in the name, so that no expression takes a lifetime.
 */
final class LoraPatterns {
    private static final int LONGEST_KEY = 500;
    private static final int MOST_REPEATS = 1_000;
    private static final Pattern REPEATS = Pattern.compile("\\{(\\d+)(?:,(\\d*))?\\}");

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
            boolean fits = whole
                    ? value.isInt() && value.intValue() > 0
                    : value.isNumber() && value.doubleValue() > 0 && Double.isFinite(value.doubleValue());
            if (!fits) {
                throw new InputException(AdapterFiles.CONFIG + ": " + key + " gives \"" + Printable.name(entry.getKey())
                        + "\" the value " + Printable.name(value.toString()) + ", not a positive "
                        + (whole ? "whole number" : "number"));
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
        if (repeats(text) > MOST_REPEATS) {
            throw new InputException(AdapterFiles.CONFIG + ": \"" + Printable.name(text) + "\" in " + key
                    + " repeats more than " + MOST_REPEATS + " times; write it without counts");
        }
        try {
            return Pattern.compile(before + "(?:" + text + ")" + after);
        } catch (PatternSyntaxException e) {
            throw new InputException(
                    AdapterFiles.CONFIG + ": \"" + Printable.name(text) + "\" in " + key
                            + " is no regular expression (" + e.getDescription()
                            + "), or one with parts that look around"
                            + " or back, which are not supported",
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
            patterns.keySet().stream()
                    .map(Named::text)
                    .filter(text -> !used.contains(text))
                    .forEach(idle::add);
        }
        return idle;
    }

    private record Named(String text, Pattern pattern) {
        boolean fits(String module) {
            return pattern.matches(module);
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

    /** How often the innermost part may be copied: the product of all counts. */
    private static long repeats(String text) {
        long product = 1;
        Matcher counts = REPEATS.matcher(text);
        while (counts.find() && product <= MOST_REPEATS) {
            String most = counts.group(2);
            String count = most == null || most.isEmpty() ? counts.group(1) : most;
            product *= count.length() > 4 ? MOST_REPEATS + 1 : Math.max(1, Integer.parseInt(count));
        }
        return product;
    }
}
