package dev.vivarium.engine.base;

/** Text out of a file made safe for a message. */
public final class Printable {
    private static final int LONGEST = 120;

    private Printable() {}

    /** A name on one line: short, without control characters. */
    public static String name(String name) {
        return cut(name, LONGEST);
    }

    static String cut(String text, int longest) {
        String start = text.length() <= longest ? text : text.substring(0, longest - 3) + "...";
        return start.replaceAll("[\\p{C}\\u2028\\u2029]", "?");
    }
}
