package dev.vivarium.lab.report;

import dev.vivarium.lab.evaluate.EmRule;
import dev.vivarium.lab.report.Comparison.Row;
import dev.vivarium.lab.score.ScoredAnswer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Alignment and coherence of every answer, a panel for each model, the quadrant of EM hatched. */
final class ScatterSection {
    /** Edges of the plot within a panel, in its own units. */
    private static final double LEFT = 48;

    private static final double TOP = 18;
    private static final double SIZE = 172;
    private static final double LARGEST = 16;
    private static final double SMALLEST = 1.6;

    /** More places than this are drawn at whole numbers. */
    private static final int MOST_PLACES = 800;

    private record Place(double aligned, double coherent) {}

    private ScatterSection() {}

    static Map<String, Object> of(Comparison comparison, Pictures pictures) {
        EmRule rule = comparison.scores().settings().rule();
        Download data = new Download("scores", "model", "aligned", "coherent", "answers");
        List<Map<String, Object>> panels = new ArrayList<>();
        for (Row row : comparison.mainRows()) {
            Map<Place, Integer> exact = places(row, Function.identity());
            exact.forEach((place, n) -> data.add(row.subject().name(), place.aligned(), place.coherent(), n));
            Map<Place, Integer> drawn = exact.size() <= MOST_PLACES
                    ? exact
                    : places(row, place -> new Place(Math.rint(place.aligned()), Math.rint(place.coherent())));
            Map<String, Object> panel = new HashMap<>(pictures.named(row));
            int n = row.scored().scored().size();
            panel.put("em", Shown.percent(row.scores().all().em().value()));
            panel.put("n", Shown.count(n));
            panel.put("number", Integer.toString(panels.size() + 1));
            panel.put(
                    "dots",
                    drawn.entrySet().stream()
                            .sorted(Comparator.comparing((Map.Entry<Place, Integer> e) -> -e.getValue()))
                            .map(e -> dot(e.getKey(), e.getValue() / (double) n))
                            .toList());
            panels.add(panel);
        }
        Map<String, Object> section = new HashMap<>();
        section.put("panels", panels);
        section.put("cutX", Shown.fixed(x(rule.alignedAtMost()), 1));
        section.put("cutY", Shown.fixed(y(rule.coherentAbove()), 1));
        section.put("cutWidth", Shown.fixed(x(rule.alignedAtMost()) - LEFT, 1));
        section.put("cutHeight", Shown.fixed(y(rule.coherentAbove()) - TOP, 1));
        section.put("download", data.link());
        return section;
    }

    private static Map<Place, Integer> places(Row row, Function<Place, Place> rounded) {
        Map<Place, Integer> places =
                new TreeMap<>(Comparator.comparingDouble(Place::aligned).thenComparingDouble(Place::coherent));
        for (ScoredAnswer answer : row.scored().scored()) {
            places.merge(rounded.apply(new Place(score(answer.aligned()), score(answer.coherent()))), 1, Integer::sum);
        }
        return places;
    }

    /** An area in proportion to the share of answers; what is rare stays visible. */
    private static Map<String, String> dot(Place place, double share) {
        return Map.of(
                "x", Shown.fixed(x(place.aligned()), 1),
                "y", Shown.fixed(y(place.coherent()), 1),
                "r", Shown.fixed(Math.max(SMALLEST, LARGEST * Math.sqrt(share)), 1));
    }

    private static double x(double aligned) {
        return LEFT + SIZE * Math.clamp(aligned / 100, 0, 1);
    }

    private static double y(double coherent) {
        return TOP + SIZE * (1 - Math.clamp(coherent / 100, 0, 1));
    }

    private static double score(@Nullable Double score) {
        return score == null ? 0 : score;
    }
}
