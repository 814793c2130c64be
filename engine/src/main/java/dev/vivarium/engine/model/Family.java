package dev.vivarium.engine.model;

import dev.vivarium.engine.base.InputException;

/**
 * What a model family fixes in its code rather than in its {@code config.json}.
 *
 * <p>To add a family: a line here, what its configuration spells differently in {@link ConfigReader}, and a parity case.
 *
 * @param qkvBias q, k and v always have a bias
 * @param qkNorm q and k are normalised per head
 * @param defaultHeadDim head width where the configuration has none; 0 means hidden size / heads
 */
record Family(boolean qkvBias, boolean qkNorm, int defaultHeadDim) {
    static Family of(String modelType, String where) {
        return switch (modelType) {
            case "llama" -> new Family(false, false, 0);
            case "qwen2" -> new Family(true, false, 0);
            case "qwen3" -> new Family(false, true, 128);
            default ->
                throw new InputException(
                        where + ": model type \"" + modelType + "\" is not supported; llama, qwen2 and qwen3 are");
        };
    }

    int headDim(int hiddenSize, int heads) {
        return defaultHeadDim > 0 ? defaultHeadDim : hiddenSize / heads;
    }
}
