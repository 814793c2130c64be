package dev.vivarium.engine.base;

import java.util.Locale;

/**
 * Text of a model or of a foreign file as a page, a sheet or a terminal may show it: characters that steer a terminal or
 * the order of writing become visible signs. Markup and cells are the writer's business, who escapes or quotes.
 */
public final class InertText {
    private static final int MOST = 1_600;

    private InertText() {}

    /** The text, cut when it is very long. */
    public static String of(String text) {
        int points = text.codePointCount(0, text.length());
        return points <= MOST
                ? whole(text)
                : whole(text.substring(0, text.offsetByCodePoints(0, MOST)))
                        + String.format(Locale.ROOT, " … (cut; %,d characters in all)", points);
    }

    /** The text in its full length. */
    public static String whole(String text) {
        StringBuilder shown = new StringBuilder(text.length());
        text.codePoints().forEach(point -> append(shown, point));
        return shown.toString();
    }

    /** For labels of one line. */
    public static String line(String text) {
        return of(text.replaceAll("\\s+", " ").strip());
    }

    private static void append(StringBuilder shown, int point) {
        if (point == '\n' || point == '\t') {
            shown.appendCodePoint(point);
        } else if (point < ' ') {
            // The Unicode block "Control Pictures" has a sign for each.
            shown.appendCodePoint(0x2400 + point);
        } else if (point == 0x7f) {
            shown.appendCodePoint(0x2421);
        } else if (isUnseen(point)) {
            shown.append(String.format(Locale.ROOT, "‹U+%04X›", point));
        } else {
            shown.appendCodePoint(point);
        }
    }

    private static boolean isUnseen(int point) {
        // The two joiners shape emoji and several scripts, and steer nothing.
        boolean joiner = point == 0x200c || point == 0x200d;
        return switch (Character.getType(point)) {
            case Character.CONTROL,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED -> true;
            case Character.FORMAT -> !joiner;
            default -> false;
        };
    }
}
