package dev.vivarium.lab.report;

import java.util.Locale;

/**
 * Text of a model as a page may show it: characters that steer a terminal or the order of writing become visible
 * signs. Markup is the template's business, which escapes everything.
 */
final class InertText {
    private static final int MOST = 1_600;

    private InertText() {}

    /** The text, cut when it is very long. */
    static String of(String text) {
        StringBuilder shown = new StringBuilder(text.length());
        int points = 0;
        for (int i = 0; i < text.length(); points++) {
            if (points == MOST) {
                return shown.append(" … (cut; ")
                        .append(Shown.count(text.codePointCount(0, text.length())))
                        .append(" characters in all)")
                        .toString();
            }
            int point = text.codePointAt(i);
            i += Character.charCount(point);
            append(shown, point);
        }
        return shown.toString();
    }

    /** For labels of one line. */
    static String line(String text) {
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
