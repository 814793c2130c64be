package dev.vivarium.app.cli;

import dev.vivarium.lab.trajectory.AdapterComparison;
import dev.vivarium.lab.trajectory.SubspaceOverlap;
import java.io.PrintStream;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What {@code vivarium phase compare} shows to people. */
record ComparisonText(AdapterComparison comparison) {
    void print(PrintStream out) {
        out.println("cosine of the whole changes s B A, and their norms");
        for (int i = 0; i < comparison.adapters().size(); i++) {
            StringBuilder line = new StringBuilder();
            for (Double cosine : comparison.cosines().get(i)) {
                line.append(number(cosine, " %7.4f"));
            }
            out.printf(
                    Locale.ROOT,
                    "  %-30s%s   norm %.4g%n",
                    Figures.inert(comparison.adapters().get(i)),
                    line,
                    comparison.norms().get(i));
        }
        out.println();
        out.println(
                "by module: cosine of the changes, overlap (mean squared cosine) and angles of column and row spaces");
        for (AdapterComparison.Pair pair : comparison.pairs()) {
            out.println(Figures.inert(pair.first()) + " and " + Figures.inert(pair.second()));
            for (AdapterComparison.Module module : pair.modules()) {
                out.printf(
                        Locale.ROOT,
                        "  %-42s %s  columns %s  rows %s%n",
                        Figures.inert(module.module()),
                        number(module.cosine(), "%7.4f"),
                        overlap(module.columns()),
                        overlap(module.rows()));
            }
            if (pair.notShared() > 0) {
                out.printf("  %d modules are adapted by one of the two only%n", pair.notShared());
            }
        }
    }

    private static String overlap(@Nullable SubspaceOverlap overlap) {
        return overlap == null
                ? "undefined"
                : String.format(
                        Locale.ROOT,
                        "%.4f, %.1f to %.1f°",
                        overlap.meanCos2(),
                        overlap.smallestAngle(),
                        overlap.largestAngle());
    }

    private static String number(@Nullable Double value, String format) {
        return value == null ? " undefined" : String.format(Locale.ROOT, format, value);
    }
}
