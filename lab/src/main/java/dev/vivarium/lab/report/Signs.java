package dev.vivarium.lab.report;

import java.util.List;

/** What tells the lines of a plot apart besides their colour; all repeat after as many lines as there are. */
public final class Signs {
    private static final List<String> DASHES = List.of("none", "7 4", "2 3", "10 3 2 3", "12 4", "4 2 1 2");

    private static final List<String> SHAPES = List.of(
            "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z",
            "M-3.5 -3.5h7v7h-7z",
            "M0 -4.5L4.2 3.5H-4.2z",
            "M0 -5L4.5 0L0 5L-4.5 0z",
            "M0 4.5L4.2 -3.5H-4.2z",
            "M-4.5 -1.5h3v-3h3v3h3v3h-3v3h-3v-3h-3z");

    private static final int COLOURS = 6;

    private Signs() {}

    /** A {@code stroke-dasharray}. */
    public static String dash(int line) {
        return DASHES.get(line % DASHES.size());
    }

    /** The outline of a mark within a circle of radius 4 around zero. */
    public static String shape(int line) {
        return SHAPES.get(line % SHAPES.size());
    }

    /** A colour class of {@code report.css}. */
    public static String colour(int line) {
        return "c-" + (line % COLOURS + 1);
    }
}
