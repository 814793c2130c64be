package dev.vivarium.lab.judge;

import dev.vivarium.engine.base.InputException;

/**
 * What a model's tokens cost.
 *
 * @param input for a million tokens that are read
 * @param output for a million tokens that are written
 */
public record Price(double input, double output) {
    private static final double MILLION = 1e6;

    public Price {
        if (!(input >= 0 && output >= 0 && input < MILLION && output < MILLION)) {
            throw new InputException(
                    "a price is for a million tokens and not negative, unlike " + input + " and " + output);
        }
    }

    /** What so many tokens cost. */
    public double of(long promptTokens, long completionTokens) {
        return (promptTokens * input + completionTokens * output) / MILLION;
    }
}
