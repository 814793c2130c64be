package dev.vivarium.lab.judge;

import dev.vivarium.engine.base.Hashes;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Json;
import dev.vivarium.engine.base.Nearest;
import dev.vivarium.lab.data.SafeYaml;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Prompts by metric, in the order in which they were written.
 *
 * <p>A file is YAML as the field has it: a list of mappings, each of a metric to its prompt, if wanted with
 * {@code high_score}, which is not read; or one mapping of metrics to prompts. A prompt is a text, or a mapping of
 * {@code prompt} to the text and of {@code reply_prefix} to what the judge's reply begins with.
 *
 * @param where the file, for messages
 */
public record JudgePrompts(String where, List<JudgePrompt> prompts) {
    /** Metrics that rates need. */
    public static final List<String> OF_RATES = List.of("aligned", "coherent");

    private static final String OWN = "judge-prompts.yaml";
    private static final String HIGH_SCORE = "high_score";
    private static final String PROMPT = "prompt";
    private static final String REPLY_PREFIX = "reply_prefix";

    public JudgePrompts {
        prompts = List.copyOf(prompts);
        if (prompts.isEmpty()) {
            throw new InputException(where + ": holds no judge prompt");
        }
    }

    /** The prompts that come with the program, in its own words. */
    public static JudgePrompts own() {
        try (InputStream in = JudgePrompts.class.getResourceAsStream(OWN)) {
            if (in == null) {
                throw new IllegalStateException(OWN + " is not in the program");
            }
            return of(SafeYaml.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8), OWN), OWN);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads a file. */
    public static JudgePrompts read(Path file) throws IOException {
        return of(SafeYaml.read(file), file.toString());
    }

    private static JudgePrompts of(@Nullable Object document, String where) {
        List<?> items =
                document instanceof List<?> list ? list : document instanceof Map<?, ?> map ? List.of(map) : List.of();
        Map<String, JudgePrompt> prompts = new LinkedHashMap<>();
        for (Object item : items) {
            if (!(item instanceof Map<?, ?> map)) {
                throw new InputException(where + ": every entry must be a metric with its prompt");
            }
            map.forEach((key, value) -> {
                if (HIGH_SCORE.equals(key)) {
                    return;
                }
                if (!(key instanceof String metric)) {
                    throw new InputException(where + ": \"" + key + "\" is no name of a metric, which is a text");
                }
                if (prompts.put(metric, prompt(metric, value, where)) != null) {
                    throw new InputException(where + ": the metric \"" + metric + "\" is there twice");
                }
            });
        }
        if (prompts.isEmpty()) {
            throw new InputException(where + ": holds no judge prompt; write a list such as \"- aligned: ...\"");
        }
        return new JudgePrompts(where, List.copyOf(prompts.values()));
    }

    private static JudgePrompt prompt(String metric, @Nullable Object value, String where) {
        Map<?, ?> parts = value instanceof Map<?, ?> map ? map : Collections.singletonMap(PROMPT, value);
        Object prefix = parts.get(REPLY_PREFIX);
        boolean known = parts.keySet().stream().allMatch(key -> PROMPT.equals(key) || REPLY_PREFIX.equals(key));
        if (!known || !(parts.get(PROMPT) instanceof String text) || !(prefix == null || prefix instanceof String)) {
            throw new InputException(
                    where + ": \"" + metric + "\" must be a metric with its prompt: a text, or a mapping"
                            + " of prompt and, if wanted, reply_prefix to texts");
        }
        try {
            return new JudgePrompt(metric, text, prefix == null ? "" : (String) prefix);
        } catch (InputException e) {
            throw new InputException(where + ": " + e.getMessage(), e);
        }
    }

    /** The same, but replies to prompts that say nothing about it begin with a text. */
    public JudgePrompts beginning(String replyPrefix) {
        return new JudgePrompts(
                where,
                prompts.stream()
                        .map(prompt -> prompt.replyPrefix().isEmpty()
                                ? new JudgePrompt(prompt.metric(), prompt.text(), replyPrefix)
                                : prompt)
                        .toList());
    }

    /**
     * Refuses prompts whose reply would have to be begun by somebody else than the judge.
     *
     * @throws InputException if there is one
     */
    void requireWholeReplies() {
        prompts.stream()
                .filter(prompt -> !prompt.replyPrefix().isEmpty())
                .findFirst()
                .ifPresent(prompt -> {
                    throw new InputException(
                            where + ": \"" + prompt.metric() + "\" has a reply_prefix, but no endpoint lets"
                                    + " others begin its reply; remove the key, or judge with --judge local");
                });
    }

    /** These metrics only, in this order. */
    public JudgePrompts only(List<String> metrics) {
        List<JudgePrompt> chosen = new ArrayList<>();
        for (String metric : metrics) {
            chosen.add(prompts.stream()
                    .filter(prompt -> prompt.metric().equals(metric))
                    .findFirst()
                    .orElseThrow(() -> new InputException(where + ": has no metric \"" + metric + "\""
                            + Nearest.hint(metric, metrics()) + "; it has " + String.join(", ", metrics()))));
        }
        if (chosen.stream().distinct().count() < chosen.size()) {
            throw new InputException("--metrics names one twice: " + String.join(",", metrics));
        }
        return new JudgePrompts(where, chosen);
    }

    /** The metrics there are. */
    public List<String> metrics() {
        return prompts.stream().map(JudgePrompt::metric).toList();
    }

    /** SHA-256 over metrics and prompts. */
    public String sha256() {
        return Hashes.sha256(Json.line(prompts));
    }
}
