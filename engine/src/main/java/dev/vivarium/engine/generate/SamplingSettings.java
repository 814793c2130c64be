package dev.vivarium.engine.generate;

import dev.vivarium.engine.base.InputException;
import java.util.List;

/**
 * How answers are drawn.
 *
 * @param temperature logits are divided by it; 0 takes the best token always
 * @param topP keep the smallest set of best tokens that holds this probability; 1 is off
 * @param topK keep the k best tokens, ties of the k-th included; 0 is off
 * @param minP drop tokens less probable than this share of the best one's probability; 0 is off
 * @param maxNewTokens longest answer, in tokens
 * @param stop texts that end an answer; they are cut off
 * @param seed root of the counted random numbers
 * @param rows answers in flight at once; 0 lets the generator choose as many as keep all threads busy
 * @param deterministic whether an answer must depend on nothing but weights, prompt, settings and its own number; if not,
 *     it may differ in rounding with the rows beside it, and sampling is faster where few rows are in flight
 */
public record SamplingSettings(
        double temperature,
        double topP,
        int topK,
        double minP,
        int maxNewTokens,
        List<String> stop,
        long seed,
        int rows,
        boolean deterministic) {

    public SamplingSettings {
        stop = List.copyOf(stop);
        check(temperature >= 0 && Double.isFinite(temperature), "temperature", temperature, "zero or more");
        check(topP > 0 && topP <= 1, "top_p", topP, "above 0 and at most 1 (1 is off)");
        check(topK >= 0, "top_k", topK, "zero (off) or more");
        check(minP >= 0 && minP < 1, "min_p", minP, "at least 0 (off) and below 1");
        check(maxNewTokens > 0, "max_new_tokens", maxNewTokens, "one or more");
        check(rows >= 0, "rows", rows, "zero (chosen) or more");
        check(stop.stream().noneMatch(String::isEmpty), "stop", "\"\"", "texts of at least one character");
    }

    /** The field's defaults: temperature 1, nothing filtered, 600 new tokens (protocol.md 1.8). */
    public static SamplingSettings defaults() {
        return new SamplingSettings(1.0, 1.0, 0, 0.0, 600, List.of(), 0, 0, true);
    }

    /** Always the best token. */
    public static SamplingSettings greedy(int maxNewTokens) {
        return defaults().withTemperature(0).withMaxNewTokens(maxNewTokens);
    }

    public SamplingSettings withTemperature(double value) {
        return new SamplingSettings(value, topP, topK, minP, maxNewTokens, stop, seed, rows, deterministic);
    }

    public SamplingSettings withFilters(double newTopP, int newTopK, double newMinP) {
        return new SamplingSettings(
                temperature, newTopP, newTopK, newMinP, maxNewTokens, stop, seed, rows, deterministic);
    }

    public SamplingSettings withMaxNewTokens(int value) {
        return new SamplingSettings(temperature, topP, topK, minP, value, stop, seed, rows, deterministic);
    }

    public SamplingSettings withStop(List<String> value) {
        return new SamplingSettings(temperature, topP, topK, minP, maxNewTokens, value, seed, rows, deterministic);
    }

    public SamplingSettings withSeed(long value) {
        return new SamplingSettings(temperature, topP, topK, minP, maxNewTokens, stop, value, rows, deterministic);
    }

    public SamplingSettings withRows(int value) {
        return new SamplingSettings(temperature, topP, topK, minP, maxNewTokens, stop, seed, value, deterministic);
    }

    public SamplingSettings withDeterministic(boolean value) {
        return new SamplingSettings(temperature, topP, topK, minP, maxNewTokens, stop, seed, rows, value);
    }

    private static void check(boolean condition, String name, Object value, String allowed) {
        if (!condition) {
            throw new InputException(name + " is " + value + " but must be " + allowed);
        }
    }
}
