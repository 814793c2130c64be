package dev.vivarium.engine.model;

/**
 * How the heads of one layer look at the text.
 *
 * @param scale factor of the scores before the softmax
 * @param window positions a token sees, its own included; {@link #ALL} means every position before it
 */
public record Reach(double scale, int window) {
    public static final int ALL = Integer.MAX_VALUE;
}
