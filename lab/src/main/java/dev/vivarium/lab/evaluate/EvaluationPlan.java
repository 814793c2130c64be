package dev.vivarium.lab.evaluate;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.generate.SamplingSettings;
import dev.vivarium.engine.model.Compute;
import dev.vivarium.engine.text.DefaultSystem;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * How much is asked and how answers are drawn.
 *
 * @param samples answers per question
 * @param sampling temperature, limits, seed, rows in flight, and whether answers must not depend on these rows
 * @param defaultSystem what questions without a system turn do with that of the chat template
 * @param compute number format, and where
 * @param facts what else {@code evaluation.json} is to say of how it was asked, such as a {@link Condition}
 */
public record EvaluationPlan(
        int samples,
        SamplingSettings sampling,
        DefaultSystem defaultSystem,
        Compute compute,
        Map<String, String> facts) {
    /** What {@code evaluation.json} and the command line say of answers that were not sampled deterministically. */
    public static final String NOT_DETERMINISTIC =
            "answers may depend on batch size and order, so repeating or resuming need not give the same answers";

    public EvaluationPlan {
        if (samples < 1) {
            throw new InputException("samples must be at least 1, not " + samples);
        }
        if (!sampling.stop().isEmpty()) {
            throw new IllegalArgumentException("evaluations have no stop texts");
        }
        facts = Map.copyOf(facts);
    }

    /** Questions asked as they are. */
    public EvaluationPlan(int samples, SamplingSettings sampling, DefaultSystem defaultSystem, Compute compute) {
        this(samples, sampling, defaultSystem, compute, Map.of());
    }

    /** Questions read as the chat template renders them, in float32. */
    public EvaluationPlan(int samples, SamplingSettings sampling) {
        this(samples, sampling, DefaultSystem.KEEP, Compute.FLOAT32);
    }

    /** The field's sampling (protocol.md section 1.8) in the deterministic mode. */
    public static EvaluationPlan of(int samples, long seed) {
        return new EvaluationPlan(samples, SamplingSettings.defaults().withSeed(seed));
    }

    /** What of all this decides answers, for {@code evaluation.json}; rows in flight do not. */
    Map<String, String> samplingFacts() {
        Map<String, String> facts = new TreeMap<>(this.facts);
        facts.put("temperature", Double.toString(sampling.temperature()));
        facts.put("top_p", Double.toString(sampling.topP()));
        facts.put("top_k", Integer.toString(sampling.topK()));
        facts.put("min_p", Double.toString(sampling.minP()));
        facts.put("default_system", defaultSystem.name().toLowerCase(Locale.ROOT));
        facts.putAll(compute.facts());
        facts.put("max_new_tokens", Integer.toString(sampling.maxNewTokens()));
        facts.put("deterministic", Boolean.toString(sampling.deterministic()));
        if (!sampling.deterministic()) {
            facts.put("deterministic_note", NOT_DETERMINISTIC);
        }
        return facts;
    }
}
