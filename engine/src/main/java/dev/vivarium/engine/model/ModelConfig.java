package dev.vivarium.engine.model;

import java.util.List;

/**
 * The shape of a decoder: everything the forward pass needs to know, whatever the family.
 *
 * @param modelType the family as {@code config.json} names it, for example {@code llama}
 * @param layers number of blocks
 * @param heads query heads
 * @param kvHeads key and value heads; divides {@code heads}
 * @param headDim width of one head; need not be hiddenSize / heads
 * @param qkvBias whether q, k and v have a bias
 * @param outputBias whether o has a bias
 * @param qkNorm whether q and k are normalised per head before the rotary embedding
 * @param tiedEmbeddings whether the output matrix is the embedding
 * @param eosTokenIds tokens that end an answer
 * @param style how blocks compute where families differ
 * @param attentionScale factor of the attention scores, headDim^-0.5 in most families
 * @param local layers with a sliding window
 */
public record ModelConfig(
        String modelType,
        int vocabSize,
        int hiddenSize,
        int intermediateSize,
        int layers,
        int heads,
        int kvHeads,
        int headDim,
        double rmsNormEps,
        RopeSettings rope,
        boolean qkvBias,
        boolean outputBias,
        boolean qkNorm,
        boolean tiedEmbeddings,
        int maxPositions,
        List<Integer> eosTokenIds,
        Style style,
        double attentionScale,
        LocalAttention local) {

    public ModelConfig {
        eosTokenIds = List.copyOf(eosTokenIds);
        check(vocabSize > 0 && hiddenSize > 0 && intermediateSize > 0 && layers > 0, "sizes must be positive");
        check(heads > 0 && kvHeads > 0 && heads % kvHeads == 0, "num_key_value_heads must divide num_attention_heads");
        check(headDim > 0 && headDim % 2 == 0, "head_dim must be positive and even");
        check(rmsNormEps > 0 && rope.theta() > 0, "rms_norm_eps and rope_theta must be positive");
        check(attentionScale > 0 && local.rope().theta() > 0, "query_pre_attn_scalar and rope_theta must be positive");
        check(local.layers().stream().allMatch(layer -> layer >= 0 && layer < layers), "no such layer in layer_types");
    }

    /** A model of plain style whose layers all see everything before a token. */
    public ModelConfig(
            String modelType,
            int vocabSize,
            int hiddenSize,
            int intermediateSize,
            int layers,
            int heads,
            int kvHeads,
            int headDim,
            double rmsNormEps,
            RopeSettings rope,
            boolean qkvBias,
            boolean outputBias,
            boolean qkNorm,
            boolean tiedEmbeddings,
            int maxPositions,
            List<Integer> eosTokenIds) {
        this(
                modelType,
                vocabSize,
                hiddenSize,
                intermediateSize,
                layers,
                heads,
                kvHeads,
                headDim,
                rmsNormEps,
                rope,
                qkvBias,
                outputBias,
                qkNorm,
                tiedEmbeddings,
                maxPositions,
                eosTokenIds,
                Style.PLAIN,
                1 / Math.sqrt(headDim),
                LocalAttention.NONE);
    }

    /** The same with other tokens that end an answer, or none. */
    public ModelConfig withEos(List<Integer> eos) {
        return new ModelConfig(
                modelType,
                vocabSize,
                hiddenSize,
                intermediateSize,
                layers,
                heads,
                kvHeads,
                headDim,
                rmsNormEps,
                rope,
                qkvBias,
                outputBias,
                qkNorm,
                tiedEmbeddings,
                maxPositions,
                eos,
                style,
                attentionScale,
                local);
    }

    /** Whether the decoder is the language part of a model with other parts, such as a vision tower. */
    public boolean isPart() {
        return modelType.equals("gemma3");
    }

    /** How the heads of a layer look at the text. */
    Reach reach(int layer) {
        return new Reach(attentionScale, local.at(layer) ? local.window() : Reach.ALL);
    }

    /** Number of trained values, tied embeddings counted once. */
    public long parameters() {
        long total = 0;
        for (long[] shape : ModelShapes.of(this).values()) {
            long size = 1;
            for (long dimension : shape) {
                size *= dimension;
            }
            total += size;
        }
        return total;
    }

    private static void check(boolean condition, String message) {
        if (!condition) {
            throw new IllegalArgumentException(message);
        }
    }
}
