package dev.vivarium.engine.capture;

/** Sums of activations by layer and cell. */
public interface CellSums {
    /** Values of an activation. */
    int hidden();

    /** Tokens in a cell. */
    long tokens(int cell);

    /** Texts with at least one token in a cell. */
    long texts(int cell);

    /** Sum of the activations of the tokens of a cell: (hidden). */
    double[] tokenSum(int layer, int cell);

    /** Sum of the means that each text has over its tokens in a cell: (hidden). */
    double[] textSum(int layer, int cell);
}
