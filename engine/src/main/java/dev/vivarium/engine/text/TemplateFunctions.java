package dev.vivarium.engine.text;

import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.lib.filter.Filter;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.TextStyle;
import java.util.Locale;

/**
 * The functions and filters that chat templates expect beside plain Jinja.
 *
 * <p>Public only because the template engine calls the functions by name.
 */
public final class TemplateFunctions {
    static final String RAISE_EXCEPTION = "raise_exception";
    static final String STRFTIME_NOW = "strftime_now";

    private TemplateFunctions() {}

    /** A template's own words for why it cannot render a conversation. */
    static final class Refusal extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Refusal(String message) {
            super(message);
        }
    }

    /** {@code raise_exception(message)}: the template refuses the conversation. */
    public static Object raiseException(Object message) {
        throw new Refusal(String.valueOf(message));
    }

    /** {@code strftime_now(format)}: today's date in the parts that templates use ({@code %d %b %B %Y %m %y %H %M}). */
    public static String strftimeNow(Object format) {
        return strftime(String.valueOf(format), LocalDateTime.now(ZoneId.systemDefault()));
    }

    static String strftime(String format, LocalDateTime now) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < format.length(); i++) {
            char c = format.charAt(i);
            if (c != '%' || i + 1 == format.length()) {
                out.append(c);
                continue;
            }
            char part = format.charAt(++i);
            out.append(
                    switch (part) {
                        case 'd' -> "%02d".formatted(now.getDayOfMonth());
                        case 'b' -> now.getMonth().getDisplayName(TextStyle.SHORT, Locale.US);
                        case 'B' -> now.getMonth().getDisplayName(TextStyle.FULL, Locale.US);
                        case 'A' -> now.getDayOfWeek().getDisplayName(TextStyle.FULL, Locale.US);
                        case 'a' -> now.getDayOfWeek().getDisplayName(TextStyle.SHORT, Locale.US);
                        case 'Y' -> Integer.toString(now.getYear());
                        case 'y' -> "%02d".formatted(now.getYear() % 100);
                        case 'm' -> "%02d".formatted(now.getMonthValue());
                        case 'H' -> "%02d".formatted(now.getHour());
                        case 'M' -> "%02d".formatted(now.getMinute());
                        case 'S' -> "%02d".formatted(now.getSecond());
                        case '%' -> "%";
                        default -> throw new Refusal("strftime_now does not know %" + part);
                    });
        }
        return out.toString();
    }

    /** The filter {@code trim} as Python's {@code str.strip} does it. */
    static final class Trim implements Filter {
        @Override
        public String getName() {
            return "trim";
        }

        @Override
        public Object filter(Object value, JinjavaInterpreter interpreter, String... arguments) {
            return value == null ? "" : strip(value.toString());
        }
    }

    static String strip(String text) {
        int start = 0;
        int end = text.length();
        while (start < end && isPythonSpace(text.charAt(start))) {
            start++;
        }
        while (end > start && isPythonSpace(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(start, end);
    }

    /** What {@code str.isspace} holds for space; Java's own methods leave out some no-break spaces and U+0085. */
    static boolean isPythonSpace(char shielded) {
        char c = ControlCharacters.restore(shielded);
        return Character.isWhitespace(c) || Character.isSpaceChar(c) || c == '\u0085';
    }
}
