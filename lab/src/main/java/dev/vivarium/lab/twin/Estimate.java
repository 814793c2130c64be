package dev.vivarium.lab.twin;

import dev.vivarium.lab.statistics.Interval;
import java.math.BigDecimal;
import java.math.RoundingMode;
import org.jspecify.annotations.Nullable;

/** A quantity with its interval for rows like these; null where more than half of the draws of rows have none. */
public record Estimate(double value, @Nullable Interval interval) {
    /** As {@code 0.713 [0.650, 0.771]}. */
    public String text(int decimals) {
        Interval bounds = interval;
        return fixed(value, decimals)
                + (bounds == null
                        ? ""
                        : " [" + fixed(bounds.low(), decimals) + ", " + fixed(bounds.high(), decimals) + "]");
    }

    /** In another unit. */
    public Estimate times(double factor) {
        Interval bounds = interval;
        if (bounds == null) {
            return new Estimate(factor * value, null);
        }
        double one = factor * bounds.low();
        double other = factor * bounds.high();
        return new Estimate(factor * value, new Interval(Math.min(one, other), Math.max(one, other), bounds.method()));
    }

    /** Without the sign of a number that is zero as it is written. */
    static String fixed(double number, int decimals) {
        return Double.isFinite(number)
                ? new BigDecimal(number)
                        .setScale(decimals, RoundingMode.HALF_EVEN)
                        .toPlainString()
                : String.valueOf(number);
    }
}
