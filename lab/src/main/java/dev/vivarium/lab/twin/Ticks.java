package dev.vivarium.lab.twin;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;

/**
 * An axis: its ends, and the round numbers between them that are written beside it.
 *
 * @param low end, below or at the first number
 * @param high end
 * @param at the round numbers
 */
record Ticks(double low, double high, List<Double> at, Unit unit, boolean logarithmic) {
    private static final int WANTED = 5;
    /** So much of a step may lie beyond the last round number, as bounds a little above 100 % do. */
    private static final double SLACK = 0.1;

    private static final String SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";

    private static final double[] STEPS = {1, 2, 2.5, 5, 10};

    /** Smaller powers of ten are written as such. */
    private static final double LEAST_PLAIN = 0.009;

    /** A logarithmic axis does not go below this share of its upper end. */
    private static final double LEAST_SHARE = 1e-6;

    /** How its numbers are written. */
    enum Unit {
        PLAIN,
        /** A share as per cent. */
        PERCENT,
        /** The same of something counted, whose axis begins at nothing. */
        RATE
    }

    Ticks {
        at = List.copyOf(at);
    }

    /** An axis whose round numbers lie equally far apart and reach over all values. */
    static Ticks linear(List<Double> values, Unit unit) {
        double least = values.stream().mapToDouble(v -> v).min().orElse(0);
        double most = values.stream().mapToDouble(v -> v).max().orElse(1);
        if (unit == Unit.RATE || (least > 0 && least < most / 2)) {
            least = 0;
        }
        double span = most > least ? most - least : Math.max(1e-9, Math.abs(most));
        double power = Math.pow(10, Math.floor(Math.log10(span / WANTED)));
        double step = 10 * power;
        for (double one : STEPS) {
            if (span / (one * power) <= WANTED) {
                step = one * power;
                break;
            }
        }
        long first = (long) Math.floor(least / step + SLACK);
        long last = Math.max(first + 1, (long) Math.ceil(most / step - SLACK));
        List<Double> at = new ArrayList<>();
        for (long i = first; i <= last; i++) {
            at.add(i * step);
        }
        return new Ticks(Math.min(least, first * step), Math.max(most, last * step), at, unit, false);
    }

    /** An axis of powers of ten over all values above zero. */
    static Ticks logarithmic(List<Double> values) {
        double most = values.stream().mapToDouble(v -> v).max().orElse(1);
        double least = values.stream()
                .mapToDouble(v -> v)
                .filter(v -> v > LEAST_SHARE * most)
                .min()
                .orElse(LEAST_SHARE * most);
        int first = (int) Math.floor(Math.log10(least) + 1e-9);
        int last = Math.max(first + 1, (int) Math.ceil(Math.log10(most) - 1e-9));
        List<Double> at = new ArrayList<>();
        for (int power = first; power <= last; power++) {
            at.add(Math.pow(10, power));
        }
        return new Ticks(at.getFirst(), at.getLast(), at, Unit.PLAIN, true);
    }

    /** Where a value lies between the ends, 0 to 1. */
    double share(double value) {
        if (!logarithmic) {
            return (value - low) / (high - low);
        }
        return value <= low ? 0 : Math.log(value / low) / Math.log(high / low);
    }

    String label(double tick) {
        if (logarithmic && tick < LEAST_PLAIN) {
            StringBuilder power = new StringBuilder("10⁻");
            String.valueOf(-Math.round(Math.log10(tick)))
                    .chars()
                    .forEach(digit -> power.append(SUPERSCRIPTS.charAt(digit - '0')));
            return power.toString();
        }
        boolean share = unit != Unit.PLAIN;
        BigDecimal number = new BigDecimal(share ? 100 * tick : tick, new MathContext(6));
        String text = number.signum() == 0 ? "0" : number.stripTrailingZeros().toPlainString();
        return text.replace('-', '−') + (share ? " %" : "");
    }
}
