package dev.vivarium.lab.twin;

import dev.vivarium.lab.statistics.Interval;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A quantity with its interval for rows like these; null where more than half of the draws of rows have none. */
public record Estimate(double value, @Nullable Interval interval) {
    /** As {@code 0.713 [0.650, 0.771]}. */
    public String text(int decimals) {
        String form = "%." + decimals + "f";
        Interval bounds = interval;
        return String.format(Locale.ROOT, form, value)
                + (bounds == null
                        ? ""
                        : String.format(Locale.ROOT, " [" + form + ", " + form + "]", bounds.low(), bounds.high()));
    }
}
