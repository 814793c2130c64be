package dev.vivarium.engine.model;

/**
 * How a family's blocks compute where families differ in more than shapes.
 *
 * @param activation of the gated MLP
 * @param shiftedNorms norms multiply by 1 + w instead of w
 * @param outputNorms attention and MLP outputs are normalised before they are added to the residual stream, so a block
 *     has four norms instead of two
 * @param scaledEmbedding embedded tokens are multiplied by √hidden, rounded to the weights' number format
 */
public record Style(Activation activation, boolean shiftedNorms, boolean outputNorms, boolean scaledEmbedding) {
    /** SiLU, norms that multiply by w before attention and MLP, embeddings as they are: Llama, Qwen and most others. */
    public static final Style PLAIN = new Style(Activation.SILU, false, false, false);

    /** Gemma 3 (Gemma Team 2025, arXiv 2503.19786). */
    static final Style GEMMA3 = new Style(Activation.GELU_PYTORCH_TANH, true, true, true);

    Style with(Activation other) {
        return new Style(other, shiftedNorms, outputNorms, scaledEmbedding);
    }
}
