package dev.vivarium.engine.model;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Printable;

/**
 * What a model family fixes in its code rather than in its {@code config.json}.
 *
 * <p>To add a family: a line here, what its configuration spells differently in {@link ConfigReader}, and a parity case.
 *
 * @param qkvBias q, k and v always have a bias
 * @param qkNorm q and k are normalised per head
 * @param style how its blocks compute; the configuration may name another activation
 * @param activationKey the key of {@code config.json} that does so
 * @param windows which layers have a sliding window where {@code layer_types} is absent
 * @param nested the decoder's configuration lies in {@code text_config}, beside those of other parts
 * @param defaults what a key means that {@code config.json} leaves out, as the classes of transformers have it
 */
record Family(
        boolean qkvBias,
        boolean qkNorm,
        Style style,
        String activationKey,
        Windows windows,
        boolean nested,
        ObjectNode defaults) {

    /** Which layers have a sliding window. */
    enum Windows {
        /** No layer ever. */
        NEVER,
        /** With {@code use_sliding_window}, all from {@code max_window_layers} on. */
        FROM_LAYER,
        /** All but every {@code sliding_window_pattern}-th. */
        BY_PATTERN
    }

    /** Whether layers with a window turn queries and keys by frequencies of their own. */
    boolean localRope() {
        return windows == Windows.BY_PATTERN;
    }

    static Family of(String modelType, String where) {
        return switch (modelType) {
            case "llama" -> plain(false, false, Windows.NEVER, defaults(2048));
            case "qwen2" -> plain(true, false, Windows.FROM_LAYER, defaults(32768));
            case "qwen3" ->
                plain(false, true, Windows.FROM_LAYER, defaults(32768).put("head_dim", 128));
            case "gemma3_text" -> gemma3(false);
            case "gemma3" -> gemma3(true);
            default ->
                throw new InputException(where + ": model type \"" + Printable.name(modelType)
                        + "\" is not supported; llama, qwen2, qwen3, gemma3_text and gemma3 are");
        };
    }

    private static Family plain(boolean qkvBias, boolean qkNorm, Windows windows, ObjectNode defaults) {
        return new Family(qkvBias, qkNorm, Style.PLAIN, "hidden_act", windows, false, defaults);
    }

    private static Family gemma3(boolean nested) {
        ObjectNode defaults = defaults(131_072)
                .put("vocab_size", 262_208)
                .put("hidden_size", 2304)
                .put("intermediate_size", 9216)
                .put("num_hidden_layers", 26)
                .put("num_attention_heads", 8)
                .put("num_key_value_heads", 4)
                .put("head_dim", 256)
                .put("eos_token_id", 1)
                .put("tie_word_embeddings", true)
                .put("query_pre_attn_scalar", 256)
                .put("sliding_window", 4096)
                .put("sliding_window_pattern", 6)
                .put("rope_theta", 1_000_000.0)
                .put("rope_local_base_freq", 10_000.0);
        return new Family(false, true, Style.GEMMA3, "hidden_activation", Windows.BY_PATTERN, nested, defaults);
    }

    private static ObjectNode defaults(int maxPositions) {
        return JsonNodeFactory.instance.objectNode().put("max_position_embeddings", maxPositions);
    }
}
