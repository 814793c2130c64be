package dev.vivarium.lab.report;

import dev.vivarium.lab.statistics.Interval;
import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Numbers and names as the page shows them: the same words everywhere, no folder of the machine they came from. */
final class Shown {
    static final String NOTHING = "–";

    private static final String SPACE = "\u00a0";
    private static final Pattern ABSOLUTE =
            Pattern.compile("(?<![\\w.:/\\\\-])(?:/|[A-Za-z]:[/\\\\])(?:[^\\s/\\\\\"';,]+[/\\\\])+([^\\s/\\\\\"';,]+)");

    private Shown() {}

    /** A share in 0 … 1 as per cent. */
    static String percent(@Nullable Double share) {
        return share == null ? NOTHING : number(100 * share) + SPACE + "%";
    }

    /** Bounds in 0 … 1 as per cent. */
    static String percent(@Nullable Interval interval) {
        return interval == null
                ? NOTHING
                : number(100 * interval.low()) + "–" + number(100 * interval.high()) + SPACE + "%";
    }

    /** Two decimals for what one would round to nothing, and they do not. */
    private static String number(double percent) {
        return fixed(percent, percent >= 0.005 && percent < 0.1 ? 2 : 1);
    }

    /** At most two decimals, and no zeros at the end. */
    static String brief(double value) {
        return new BigDecimal(fixed(value, 2)).stripTrailingZeros().toPlainString();
    }

    /** A score in 0 … 100. */
    static String score(@Nullable Double value) {
        return value == null ? NOTHING : fixed(value, 1);
    }

    /** A score in 0 … 100 in the narrow place under an answer. */
    static String roundScore(@Nullable Double value) {
        return value == null ? "unscored" : fixed(value, 0);
    }

    static String fixed(double value, int decimals) {
        return String.format(Locale.ROOT, "%." + decimals + "f", value);
    }

    static String count(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }

    static String seconds(double seconds) {
        if (seconds < 100) {
            return fixed(seconds, seconds < 10 ? 1 : 0) + SPACE + "s";
        }
        long minutes = Math.round(seconds / 60);
        return minutes < 100 ? minutes + SPACE + "min" : fixed(seconds / 3600, 1) + SPACE + "h";
    }

    /** Memory or file sizes. */
    static String bytes(long bytes) {
        return fixed(bytes / (double) (1L << 30), 1) + SPACE + "GiB";
    }

    /** The day of an ISO 8601 moment. */
    static String day(String moment) {
        int time = moment.indexOf('T');
        return time < 0 ? moment : moment.substring(0, time);
    }

    /** A text in which absolute paths are cut to their last names: folders may name a machine or its user. */
    static String withoutFolders(String text) {
        return ABSOLUTE.matcher(text).replaceAll("…/$1");
    }

    /** "a", "a and b", "a, b and c". */
    static String list(List<String> words) {
        int last = words.size() - 1;
        return last < 1
                ? String.join("", words)
                : String.join(", ", words.subList(0, last)) + " and " + words.get(last);
    }
}
