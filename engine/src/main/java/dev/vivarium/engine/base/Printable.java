package dev.vivarium.engine.base;

/** Text out of a file made safe for a message. */
public final class Printable {
    private static final int LONGEST = 120;

    private Printable() {}

    /** A name on one line: short, without control characters. */
    public static String name(String name) {
        String printable = name.replaceAll("\\p{C}", "?");
        return printable.length() <= LONGEST ? printable : printable.substring(0, LONGEST - 3) + "...";
    }
}
