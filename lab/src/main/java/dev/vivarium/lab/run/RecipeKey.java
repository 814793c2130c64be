package dev.vivarium.lab.run;

import dev.vivarium.engine.base.InputException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One key a recipe may hold: its path and what values it takes.
 *
 * @param path section and name, for example {@code lora.r}
 * @param kind type and range
 * @param optional whether {@code null} is a value
 */
record RecipeKey(String path, Kind kind, boolean optional) {
    /** What was written for a key, before it is known what type is wanted. */
    sealed interface Raw {
        /** A single value as it was written; {@code quoted} text is never null. */
        record Scalar(String text, boolean quoted) implements Raw {
            boolean isNull() {
                return !quoted && (text.isEmpty() || text.equals("null") || text.equals("~"));
            }
        }

        record Items(List<String> texts) implements Raw {}
    }

    /** Type and range of a value. */
    sealed interface Kind {
        record Text() implements Kind {}

        record Flag() implements Kind {}

        record Choice(List<String> names) implements Kind {}

        record Whole(long min, long max) implements Kind {}

        /** A real number in [min, max], or in (min, max] where {@code above}. */
        record Real(double min, double max, boolean above) implements Kind {}

        record Texts() implements Kind {}

        record Wholes(long min, long max) implements Kind {}
    }

    /** The value, as String, Boolean, Long, Double, or a list of String or Integer; null where that is allowed. */
    @Nullable
    Object parse(Raw raw, String where) {
        if (raw instanceof Raw.Scalar scalar && scalar.isNull()) {
            if (!optional) {
                throw wrong(where, "nothing");
            }
            return null;
        }
        Object value = switch (kind) {
            case Kind.Text() -> raw instanceof Raw.Scalar(String text, var _) ? text : null;
            case Kind.Flag() -> raw instanceof Raw.Scalar(String text, var _) ? flag(text) : null;
            case Kind.Choice(List<String> names) ->
                raw instanceof Raw.Scalar(String text, var _) && names.contains(text) ? text : null;
            case Kind.Whole(long min, long max) ->
                raw instanceof Raw.Scalar(String text, var _) ? whole(text, min, max) : null;
            case Kind.Real real -> raw instanceof Raw.Scalar(String text, var _) ? real(text, real) : null;
            case Kind.Texts() -> {
                List<String> texts = items(raw);
                yield texts.isEmpty() || texts.contains("") || repeats(texts) ? null : texts;
            }
            case Kind.Wholes(long min, long max) -> wholes(items(raw), min, max);
        };
        if (value == null) {
            throw wrong(where, shown(raw));
        }
        return value;
    }

    private InputException wrong(String where, String found) {
        return new InputException(where + ": " + path + " must be " + wanted() + ", found " + found);
    }

    private String wanted() {
        String wanted = switch (kind) {
            case Kind.Text() -> "text";
            case Kind.Flag() -> "true or false";
            case Kind.Choice(List<String> names) -> "one of " + String.join(", ", names);
            case Kind.Whole(long min, long max) -> "a whole number " + range(min, max);
            case Kind.Real real ->
                "a number " + (real.above ? "above " : "from ") + plain(real.min) + " to " + plain(real.max);
            case Kind.Texts() -> "a list of different names such as [q_proj, v_proj]";
            case Kind.Wholes(long min, long max) ->
                "a list of different whole numbers " + range(min, max) + " such as [0, 1]";
        };
        return optional ? wanted + ", or null" : wanted;
    }

    private static String range(long min, long max) {
        return max == Long.MAX_VALUE || max == Integer.MAX_VALUE ? "of at least " + min : "from " + min + " to " + max;
    }

    private static String plain(double bound) {
        return bound == Math.rint(bound) && Math.abs(bound) < 1e15
                ? Long.toString((long) bound)
                : Double.toString(bound);
    }

    private static String shown(Raw raw) {
        String text = raw instanceof Raw.Scalar(String scalar, var _)
                ? scalar
                : items(raw).toString();
        return "\"" + (text.length() > 60 ? text.substring(0, 60) + "…" : text) + "\"";
    }

    private static @Nullable Boolean flag(String text) {
        return switch (text) {
            case "true" -> Boolean.TRUE;
            case "false" -> Boolean.FALSE;
            default -> null;
        };
    }

    private static @Nullable Long whole(String text, long min, long max) {
        try {
            long value = Long.parseLong(text);
            return value >= min && value <= max ? value : null;
        } catch (NumberFormatException e) {
            return null;
        }
    }

    private static @Nullable Double real(String text, Kind.Real range) {
        try {
            double value = Double.parseDouble(text);
            boolean inside = value <= range.max && (range.above ? value > range.min : value >= range.min);
            return inside ? value : null; // NaN is inside nothing
        } catch (NumberFormatException e) {
            return null;
        }
    }

    private static @Nullable List<Integer> wholes(List<String> texts, long min, long max) {
        List<Integer> values = new ArrayList<>();
        for (String text : texts) {
            Long value = whole(text, min, max);
            if (value == null) {
                return null;
            }
            values.add(Math.toIntExact(value));
        }
        return values.isEmpty() || repeats(values) ? null : values;
    }

    private static boolean repeats(List<?> values) {
        return values.stream().distinct().count() < values.size();
    }

    /** A list as such, or as it is typed on a command line: {@code a,b} or {@code [a, b]}. */
    private static List<String> items(Raw raw) {
        return switch (raw) {
            case Raw.Items(List<String> texts) -> texts;
            case Raw.Scalar(String text, var _) -> {
                String inner = text.startsWith("[") && text.endsWith("]") ? text.substring(1, text.length() - 1) : text;
                List<String> texts = new ArrayList<>();
                for (String item : inner.split(",", -1)) {
                    texts.add(item.strip());
                }
                yield texts;
            }
        };
    }
}
