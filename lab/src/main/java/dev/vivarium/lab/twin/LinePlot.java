package dev.vivarium.lab.twin;

import dev.vivarium.engine.base.InertText;
import dev.vivarium.lab.report.Signs;
import dev.vivarium.lab.statistics.Interval;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Lines with bands in a frame, as values of a template: an SVG picture that needs no script. */
final class LinePlot {
    /** The frame within its picture, in the picture's own units. */
    private static final double LEFT = 46;

    private static final double RIGHT = 348;
    private static final double TOP = 10;
    private static final double BOTTOM = 200;

    private final Ticks.Unit unit;
    private final boolean logarithmic;
    private final String across;
    private final String upwards;
    private final List<Line> lines = new ArrayList<>();

    /**
     * A point with what it may be.
     *
     * @param bounds null where there are none
     */
    record Spot(double x, double y, @Nullable Interval bounds) {
        Stream<Double> heights() {
            Interval own = bounds;
            return own == null ? Stream.of(y) : Stream.of(y, own.low(), own.high());
        }
    }

    private record Line(String name, String colour, List<Spot> spots) {}

    /**
     * An empty plot.
     *
     * @param across what the horizontal axis means
     * @param upwards what the vertical axis means
     * @param unit of the vertical axis
     * @param logarithmic whether the vertical axis is, which takes values above zero
     */
    LinePlot(String across, String upwards, Ticks.Unit unit, boolean logarithmic) {
        this.across = across;
        this.upwards = upwards;
        this.unit = unit;
        this.logarithmic = logarithmic;
    }

    void add(String name, String colour, List<Spot> spots) {
        lines.add(new Line(name, colour, List.copyOf(spots)));
    }

    /** What the template {@code plot} shows. */
    Map<String, Object> shown() {
        List<Double> xs = all(line -> line.spots().stream().map(Spot::x));
        List<Double> ys = all(line -> line.spots().stream().flatMap(Spot::heights));
        Ticks horizontal = Ticks.linear(xs, Ticks.Unit.PLAIN);
        Ticks vertical = logarithmic ? Ticks.logarithmic(ys) : Ticks.linear(ys, unit);
        List<Map<String, Object>> drawn = new ArrayList<>();
        List<Map<String, String>> legend = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            Line line = lines.get(i);
            drawn.add(drawn(line, i, horizontal, vertical));
            legend.add(Map.of(
                    "name", InertText.line(line.name()),
                    "colour", line.colour(),
                    "dash", Signs.dash(i),
                    "shape", Signs.shape(i)));
        }
        Map<String, Object> plot = new HashMap<>();
        plot.put("across", InertText.line(across));
        plot.put("upwards", InertText.line(upwards));
        plot.put("lines", drawn);
        plot.put("legend", legend);
        plot.put(
                "xTicks",
                horizontal.at().stream()
                        .map(tick -> Map.of("at", fixed(x(tick, horizontal)), "label", horizontal.label(tick)))
                        .toList());
        plot.put(
                "yTicks",
                vertical.at().stream()
                        .map(tick -> Map.of("at", fixed(y(tick, vertical)), "label", vertical.label(tick)))
                        .toList());
        boolean crosses = !logarithmic && vertical.low() < 0 && vertical.high() > 0;
        plot.put("zero", crosses ? List.of(fixed(y(0, vertical))) : List.of());
        return plot;
    }

    private List<Double> all(java.util.function.Function<Line, Stream<Double>> part) {
        return lines.stream().flatMap(part).filter(Double::isFinite).toList();
    }

    private Map<String, Object> drawn(Line line, int index, Ticks horizontal, Ticks vertical) {
        StringBuilder path = new StringBuilder();
        List<Map<String, String>> points = new ArrayList<>();
        List<String> upper = new ArrayList<>();
        List<String> lower = new ArrayList<>();
        for (Spot spot : line.spots()) {
            String x = fixed(x(spot.x(), horizontal));
            String y = fixed(y(spot.y(), vertical));
            path.append(x).append(',').append(y).append(' ');
            points.add(Map.of("x", x, "y", y));
            Interval bounds = spot.bounds();
            upper.add(x + "," + (bounds == null ? y : fixed(y(bounds.high(), vertical))));
            lower.addFirst(x + "," + (bounds == null ? y : fixed(y(bounds.low(), vertical))));
        }
        upper.addAll(lower);
        return Map.of(
                "colour", line.colour(),
                "dash", Signs.dash(index),
                "shape", Signs.shape(index),
                "path", path.toString().strip(),
                "band", String.join(" ", upper),
                "points", points);
    }

    private static double x(double value, Ticks ticks) {
        return LEFT + (RIGHT - LEFT) * ticks.share(value);
    }

    private static double y(double value, Ticks ticks) {
        return BOTTOM - (BOTTOM - TOP) * Math.clamp(ticks.share(value), 0, 1);
    }

    private static String fixed(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }
}
