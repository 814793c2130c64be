package dev.vivarium.engine.model;

import org.bytedeco.pytorch.Tensor;

/**
 * How the tokens of one forward pass see each other: whole padded texts, or one new token over a cache.
 *
 * <p>The decoder computes queries, keys and values and applies the rotary embedding; what is visible is decided here.
 */
public interface Attention {
    /** Positions for the rotary embedding: (tokens) where all rows agree, else (rows, tokens); int64. */
    Tensor positions();

    /** One more than the largest position. */
    int positionLimit();

    /**
     * Softmax attention.
     *
     * @param reach the layer's scale and window
     * @param query (rows, heads, tokens, headDim), rotary embedding applied
     * @param key (rows, kvHeads, tokens, headDim), rotary embedding applied
     * @param value (rows, kvHeads, tokens, headDim)
     * @return (rows, heads, tokens, headDim)
     */
    Tensor attend(int layer, Reach reach, Tensor query, Tensor key, Tensor value);
}
