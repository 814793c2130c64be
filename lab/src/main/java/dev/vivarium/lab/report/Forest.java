package dev.vivarium.lab.report;

import dev.vivarium.engine.base.InertText;
import dev.vivarium.lab.score.Paired;
import dev.vivarium.lab.statistics.Interval;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A plot of paired differences of EM around zero, with both intervals; positions are shares of its width. */
final class Forest {
    private final List<Line> lines = new ArrayList<>();

    private record Line(String name, String small, String colour, Paired.Difference difference) {}

    void add(String name, String small, String colour, Paired.Difference difference) {
        lines.add(new Line(name, small, colour, difference));
    }

    boolean isEmpty() {
        return lines.isEmpty();
    }

    /** What the template {@code forest} shows. */
    Map<String, Object> shown() {
        double reach = reach();
        List<Map<String, Object>> rows = new ArrayList<>();
        for (Line line : lines) {
            Map<String, Object> row = new HashMap<>();
            row.put("model", InertText.line(line.name()));
            row.put("small", InertText.line(line.small()));
            row.put("colour", line.colour());
            row.put("at", at(line.difference().value(), reach));
            row.put("narrow", span(line.difference().theseQuestions(), reach));
            row.put("wide", span(line.difference().questionsLikeThese(), reach));
            row.put("value", points(line.difference().value(), 100));
            rows.add(row);
        }
        List<Map<String, String>> ticks = new ArrayList<>();
        for (int i = -2; i <= 2; i++) {
            ticks.add(Map.of(
                    "at", at(reach * i / 2, reach),
                    "label", points(reach * i / 2, 100).replace(".0", ""),
                    "anchor", i == -2 ? "start" : i == 2 ? "end" : "middle"));
        }
        return Map.of("rows", rows, "ticks", ticks, "zero", at(0, reach));
    }

    /** A difference with its sign, in points where {@code factor} is 100. */
    static String points(double value, int factor) {
        double shown = Math.rint(value * factor * 10) / 10;
        String number = Shown.fixed(Math.abs(shown), 1);
        return shown > 0 ? "+" + number : shown < 0 ? "\u2212" + number : number;
    }

    /** Bounds with their signs. */
    static String points(@Nullable Interval interval, int factor) {
        return interval == null
                ? Shown.NOTHING
                : points(interval.low(), factor) + " to " + points(interval.high(), factor);
    }

    private double reach() {
        return Axis.reaching(lines.stream()
                .map(Line::difference)
                .flatMap(d -> Stream.concat(
                        Stream.of(d.value()),
                        Stream.of(d.theseQuestions(), d.questionsLikeThese())
                                .flatMap(Stream::ofNullable)
                                .flatMap(interval -> Stream.of(interval.low(), interval.high()))))
                .mapToDouble(Math::abs)
                .max()
                .orElse(1));
    }

    private static String at(double value, double reach) {
        return Shown.fixed(50 + 50 * Math.clamp(value / reach, -1, 1), 2) + "%";
    }

    private static List<Map<String, String>> span(@Nullable Interval interval, double reach) {
        return interval == null
                ? List.of()
                : List.of(Map.of("low", at(interval.low(), reach), "high", at(interval.high(), reach)));
    }
}
