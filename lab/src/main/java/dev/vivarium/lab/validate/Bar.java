package dev.vivarium.lab.validate;

import java.util.List;

/**
 * A claim and whether the figures bear it out.
 *
 * @param claim in words, with its bar
 * @param found the figure, for people: the mean and each seed
 * @param holds whether the mean passes
 */
public record Bar(String claim, String found, boolean holds) {
    /** How many do not hold. */
    static long missed(List<Bar> bars) {
        return bars.stream().filter(bar -> !bar.holds()).count();
    }
}
