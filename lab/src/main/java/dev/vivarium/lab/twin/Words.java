package dev.vivarium.lab.twin;

import dev.vivarium.lab.statistics.Interval;
import dev.vivarium.lab.statistics.Mean;
import dev.vivarium.lab.statistics.Rate;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Numbers as the page writes them, with the sign of subtraction for a minus. */
final class Words {
    static final String NOTHING = "–";

    /** Smaller numbers are written with a power of ten. */
    private static final double LEAST_PLAIN = 1e-4;

    private Words() {}

    /** Four digits, without zeros at the end. */
    static String number(double value) {
        return Double.isFinite(value)
                ? new BigDecimal(value, new MathContext(4))
                        .stripTrailingZeros()
                        .toPlainString()
                        .replace('-', '−')
                : NOTHING;
    }

    static String fixed(@Nullable Double value, int decimals) {
        return value == null ? NOTHING : Estimate.fixed(value, decimals).replace('-', '−');
    }

    static String estimate(@Nullable Estimate estimate, int decimals) {
        return estimate == null ? NOTHING : estimate.text(decimals).replace('-', '−');
    }

    /** Three digits of each number, for quantities that differ by powers of ten. */
    static String digits(@Nullable Estimate estimate) {
        if (estimate == null) {
            return NOTHING;
        }
        Interval bounds = estimate.interval();
        return digits(estimate.value())
                + (bounds == null ? "" : " [" + digits(bounds.low()) + ", " + digits(bounds.high()) + "]");
    }

    private static String digits(double value) {
        if (value == 0 || !Double.isFinite(value)) {
            return value == 0 ? "0" : NOTHING;
        }
        BigDecimal number = new BigDecimal(value, new MathContext(3));
        return Math.abs(value) < LEAST_PLAIN
                ? String.format(Locale.ROOT, "%.2e", value).replace('-', '−')
                : number.toPlainString().replace('-', '−');
    }

    /** With its sign, as differences have. */
    static String difference(@Nullable Estimate estimate, int decimals) {
        return signed(estimate(estimate, decimals));
    }

    /** A number's text with a sign in front. */
    static String signed(String text) {
        return text.equals(NOTHING) || text.startsWith("−") ? text : "+" + text;
    }

    /** As {@code 18.4 % [15.9, 21.2]}. */
    static String rate(Rate rate) {
        Double value = rate.value();
        if (value == null) {
            return NOTHING;
        }
        Interval bounds = bounds(rate);
        return new Estimate(100 * value, null).text(1) + " %"
                + (bounds == null
                        ? ""
                        : String.format(Locale.ROOT, " [%.1f, %.1f]", 100 * bounds.low(), 100 * bounds.high()));
    }

    static String mean(Mean mean) {
        Double value = mean.value();
        return value == null ? NOTHING : new Estimate(value, mean.questionsLikeThese()).text(1);
    }

    /** For questions like these where there are questions enough, else for these. */
    static @Nullable Interval bounds(Rate rate) {
        return rate.questionsLikeThese() == null ? rate.theseQuestions() : rate.questionsLikeThese();
    }
}
