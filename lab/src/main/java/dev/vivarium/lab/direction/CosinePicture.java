package dev.vivarium.lab.direction;

import dev.vivarium.engine.base.AtomicFiles;
import dev.vivarium.engine.base.InertText;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.lab.direction.DirectionComparison.Layer;
import dev.vivarium.lab.direction.DirectionComparison.Pair;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A heat map of cosines as SVG: a row for each two directions, a column for each layer. */
public final class CosinePicture {
    private static final int CELL = 34;
    private static final int ROW = 26;
    private static final int TOP = 78;
    private static final int CHARACTER = 7;
    private static final int EDGE = 16;
    private static final int NOTE = 500; // width of the line above the cells

    private CosinePicture() {}

    public static void write(Path file, DirectionComparison comparison) throws IOException {
        if (!String.valueOf(file.getFileName()).endsWith(".svg")) {
            throw new InputException(file + ": the picture is an SVG; let its name end in .svg");
        }
        AtomicFiles.writeString(file, svg(comparison));
    }

    static String svg(DirectionComparison comparison) {
        Map<String, Map<Integer, Pair>> rows = new LinkedHashMap<>();
        for (Layer layer : comparison.layers()) {
            for (Pair pair : layer.pairs()) {
                rows.computeIfAbsent(pair.first() + " · " + pair.second(), unused -> new LinkedHashMap<>())
                        .put(layer.layer(), pair);
            }
        }
        int label = EDGE
                + CHARACTER
                        * rows.keySet().stream().mapToInt(String::length).max().orElse(0);
        int width = Math.max(label + CELL * comparison.layers().size(), NOTE) + EDGE;
        int height = TOP + ROW * rows.size() + 2 * EDGE;
        List<String> lines = new ArrayList<>();
        lines.add(String.format(
                Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\""
                        + " font-size=\"12\" role=\"img\" aria-label=\"Cosines of directions by layer\">",
                width,
                height));
        lines.add("<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>");
        lines.add(text(EDGE, 20, "start", "14", "Cosines of directions by layer"));
        lines.add(text(
                EDGE,
                40,
                "start",
                "11",
                String.format(
                        Locale.ROOT,
                        "width %d; 95 %% of random pairs stay within ±%.3f, such cells are framed by dots",
                        comparison.width(),
                        comparison.nullBand())));
        int x = label;
        for (Layer layer : comparison.layers()) {
            lines.add(text(x + CELL / 2, TOP - 8, "middle", "12", String.valueOf(layer.layer())));
            x += CELL;
        }
        int y = TOP;
        for (Map.Entry<String, Map<Integer, Pair>> row : rows.entrySet()) {
            lines.add(text(label - 8, y + ROW / 2 + 4, "end", "12", row.getKey()));
            x = label;
            for (Layer layer : comparison.layers()) {
                Pair pair = row.getValue().get(layer.layer());
                if (pair != null) {
                    lines.add(cell(x, y, layer.layer(), pair));
                }
                x += CELL;
            }
            y += ROW;
        }
        lines.add("</svg>\n");
        return String.join("\n", lines);
    }

    private static String cell(int x, int y, int layer, Pair pair) {
        double[] interval = pair.interval();
        String title = String.format(Locale.ROOT, "layer %d: %.3f", layer, pair.cosine())
                + (interval == null ? "" : String.format(Locale.ROOT, " (%.3f to %.3f)", interval[0], interval[1]));
        return String.format(
                        Locale.ROOT,
                        "<g><title>%s</title><rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"%s\"%s/>",
                        escaped(title),
                        x + 1,
                        y + 1,
                        CELL - 2,
                        ROW - 2,
                        colour(pair.cosine()),
                        pair.beyondNull() ? "" : " stroke=\"#555555\" stroke-dasharray=\"2 2\"")
                + text(
                        x + CELL / 2,
                        y + ROW / 2 + 4,
                        "middle",
                        "10",
                        String.format(Locale.ROOT, "%.2f", pair.cosine()).replace('-', '−'),
                        Math.abs(pair.cosine()) > 0.6 ? "#ffffff" : "#111111")
                + "</g>";
    }

    /** From blue at −1 by white at 0 to red at 1. */
    private static String colour(double cosine) {
        double share = Math.min(1, Math.abs(cosine));
        int[] end = cosine < 0 ? new int[] {0x1f, 0x5f, 0xa8} : new int[] {0xb0, 0x32, 0x28};
        StringBuilder colour = new StringBuilder("#");
        for (int channel : end) {
            colour.append(String.format(Locale.ROOT, "%02x", Math.round(255 + share * (channel - 255))));
        }
        return colour.toString();
    }

    private static String text(int x, int y, String anchor, String size, String text) {
        return text(x, y, anchor, size, text, "#111111");
    }

    private static String text(int x, int y, String anchor, String size, String text, String colour) {
        return "<text x=\"" + x + "\" y=\"" + y + "\" text-anchor=\"" + anchor + "\" font-size=\"" + size + "\" fill=\""
                + colour + "\">" + escaped(text) + "</text>";
    }

    private static String escaped(String text) {
        return InertText.line(text)
                .replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
