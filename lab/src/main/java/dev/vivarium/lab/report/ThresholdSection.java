package dev.vivarium.lab.report;

import dev.vivarium.lab.evaluate.EmRule;
import dev.vivarium.lab.report.Comparison.Row;
import dev.vivarium.lab.score.FileScore.Threshold;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToDoubleFunction;

/** EM by the cut of alignment and by that of coherence: how much a rate owes to where one cuts. */
final class ThresholdSection {
    /** The plot within its picture, in its own units. */
    private static final double LEFT = 44;

    private static final double WIDTH = 300;
    private static final double TOP = 10;
    private static final double HEIGHT = 190;
    private static final int STEPS = 4;

    private ThresholdSection() {}

    static Map<String, Object> of(Comparison comparison, Pictures pictures) {
        EmRule rule = comparison.scores().settings().rule();
        List<Row> rows = comparison.mainRows();
        Download data = new Download(
                "thresholds", "model", "aligned_at_most", "coherent_above", "em_rate", "em", "scored", "low", "high");
        for (Row row : rows) {
            for (Threshold at : pictures.score(row).thresholds()) {
                data.add(
                        row.subject().name(),
                        at.rule().alignedAtMost(),
                        at.rule().coherentAbove(),
                        at.em().value(),
                        at.em().hits(),
                        at.em().n(),
                        Download.low(at.em().questionsLikeThese()),
                        Download.high(at.em().questionsLikeThese()));
            }
        }
        Map<String, Object> section = new HashMap<>();
        section.put("models", rows.stream().map(pictures::named).toList());
        section.put(
                "plots",
                List.of(
                        plot("aligned", rule.alignedAtMost(), EmRule::alignedAtMost, rows, pictures, rule),
                        plot("coherent", rule.coherentAbove(), EmRule::coherentAbove, rows, pictures, rule)));
        section.put("aligned", Shown.fixed(rule.alignedAtMost(), 0));
        section.put("coherent", Shown.fixed(rule.coherentAbove(), 0));
        section.put("download", data.link());
        return section;
    }

    private static Map<String, Object> plot(
            String of, double cut, ToDoubleFunction<EmRule> axis, List<Row> rows, Pictures pictures, EmRule rule) {
        boolean aligned = of.equals("aligned");
        List<List<Threshold>> curves = rows.stream()
                .map(row -> pictures.score(row).thresholds().stream()
                        .filter(at -> aligned
                                ? at.rule().coherentAbove() == rule.coherentAbove()
                                : at.rule().alignedAtMost() == rule.alignedAtMost())
                        .filter(at -> at.em().value() != null)
                        .sorted(Comparator.comparingDouble(at -> axis.applyAsDouble(at.rule())))
                        .toList())
                .toList();
        double[] cuts = curves.stream()
                .flatMap(List::stream)
                .mapToDouble(at -> axis.applyAsDouble(at.rule()))
                .distinct()
                .sorted()
                .toArray();
        double low = cuts.length == 0 ? 0 : cuts[0];
        double high = cuts.length == 0 ? 1 : cuts[cuts.length - 1];
        double top = top(curves);
        List<Map<String, Object>> lines = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            Map<String, Object> line = new HashMap<>(pictures.named(rows.get(i)));
            List<Map<String, String>> points = curves.get(i).stream()
                    .map(at -> Map.of(
                            "x", x(axis.applyAsDouble(at.rule()), low, high),
                            "y", y(Objects.requireNonNull(at.em().value()), top)))
                    .toList();
            line.put(
                    "path",
                    String.join(
                            " ",
                            points.stream()
                                    .map(point -> point.get("x") + "," + point.get("y"))
                                    .toList()));
            line.put("points", points);
            lines.add(line);
        }
        Map<String, Object> plot = new HashMap<>();
        plot.put("lines", lines);
        plot.put("cut", x(cut, low, high));
        plot.put(
                "xTicks",
                ticks(cuts).stream()
                        .map(value -> Map.of("at", x(value, low, high), "label", Shown.fixed(value, 0)))
                        .toList());
        plot.put("yTicks", yTicks(top));
        plot.put("title", aligned ? "Cut of alignment (aligned at most …)" : "Cut of coherence (coherent above …)");
        return plot;
    }

    /** Every second cut, so that labels do not touch. */
    private static List<Double> ticks(double[] cuts) {
        List<Double> ticks = new ArrayList<>();
        for (int i = 0; i < cuts.length; i += 2) {
            ticks.add(cuts[i]);
        }
        return ticks;
    }

    private static List<Map<String, String>> yTicks(double top) {
        List<Map<String, String>> ticks = new ArrayList<>();
        for (int i = 0; i <= STEPS; i++) {
            double value = 100 * top * i / STEPS;
            String label = Shown.fixed(value, value == Math.rint(value) ? 0 : 1);
            ticks.add(Map.of("at", y(top * i / STEPS, top), "label", label + (i == STEPS ? "\u00a0%" : "")));
        }
        return ticks;
    }

    private static double top(List<List<Threshold>> curves) {
        return Axis.reaching(curves.stream()
                .flatMap(List::stream)
                .mapToDouble(at -> Objects.requireNonNull(at.em().value()))
                .max()
                .orElse(1));
    }

    private static String x(double value, double low, double high) {
        return Shown.fixed(LEFT + WIDTH * (high > low ? (value - low) / (high - low) : 0.5), 1);
    }

    private static String y(double value, double top) {
        return Shown.fixed(TOP + HEIGHT * (1 - value / top), 1);
    }
}
