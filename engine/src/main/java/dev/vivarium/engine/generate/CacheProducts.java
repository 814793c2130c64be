package dev.vivarium.engine.generate;

import org.bytedeco.pytorch.Tensor;

/**
 * The products of attention over the cache in one step of a {@link RowBlock}: own segments of the rows first, those of their
 * prompts behind them.
 */
interface CacheProducts {
    /** Segments of the longest prompt. */
    int levels();

    /**
     * Queries times keys.
     *
     * @param queries (rows, kvHeads, group, headDim)
     * @return (rows, kvHeads, group, keys); any finite number where a row has no key
     */
    Tensor scores(int layer, Tensor queries);

    /**
     * Weights times values.
     *
     * @param weights (rows, kvHeads, group, keys), zero where a row has no value
     * @return as many numbers as (rows, kvHeads, group, headDim), in this order
     */
    Tensor mixed(int layer, Tensor weights);
}
