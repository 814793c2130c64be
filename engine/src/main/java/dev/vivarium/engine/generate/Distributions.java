package dev.vivarium.engine.generate;

/** The next token's distribution for each row of a batch, after temperature and filters. */
interface Distributions {
    /**
     * Says which draws come next, so that what they read lies here; where it does in any case, nothing happens.
     *
     * @param uniforms one a row, in [0, 1), or NaN for a row that is not drawn for
     */
    default void expect(double[] uniforms) {}

    /**
     * The token at a point of the cumulative distribution; a function of the row's own logits and the point.
     *
     * @param uniform in [0, 1)
     */
    int draw(int row, double uniform);

    /** log-probability of a token that {@link #draw} gave for this row. */
    double logProbability(int row, int token);

    /** The whole distribution of a row: (vocab). */
    double[] probabilities(int row);
}
