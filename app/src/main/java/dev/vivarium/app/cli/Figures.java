package dev.vivarium.app.cli;

import dev.vivarium.engine.base.InertText;
import dev.vivarium.lab.statistics.Interval;
import dev.vivarium.lab.statistics.Rate;
import java.io.PrintStream;
import java.util.Locale;

/** How every command writes figures for people: the same in all locales, an estimate never without its interval. */
final class Figures {
    private Figures() {}

    /** A labelled line: {@code what}, then the formatted text in a column of its own. */
    static void line(PrintStream out, String what, String format, Object... values) {
        out.println(String.format(Locale.ROOT, "%-17s ", what)
                + String.format(Locale.ROOT, format, values).stripTrailing());
    }

    /** A name out of a file, in one line that steers no terminal. */
    static String inert(String name) {
        return InertText.line(name);
    }

    /** A share as {@code 18.4 %}. */
    static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f %%", 100 * share);
    }

    /** Bounds times {@code factor} as {@code [15.9, 21.2]}. */
    static String bounds(Interval interval, int factor) {
        return String.format(Locale.ROOT, "[%.1f, %.1f]", factor * interval.low(), factor * interval.high());
    }

    /** A rate with the interval for questions like these, as {@code 18.4 % [15.9, 21.2]}. */
    static String compact(Rate rate) {
        Double value = rate.value();
        Interval interval = rate.questionsLikeThese();
        return value == null ? "-" : percent(value) + (interval == null ? "" : " " + bounds(interval, 100));
    }
}
