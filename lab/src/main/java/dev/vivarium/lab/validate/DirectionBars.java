package dev.vivarium.lab.validate;

import dev.vivarium.lab.demo.Colony;
import dev.vivarium.lab.statistics.Mean;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** The claims about the mean-difference direction, about the mean over seeds and datasets like {@link Bars}. */
final class DirectionBars {
    private static final String ORGANISM = DirectionFinding.ORGANISM;

    private final List<DirectionFinding> findings;
    private final List<Bar> bars = new ArrayList<>();

    private DirectionBars(List<DirectionFinding> findings) {
        this.findings = findings;
    }

    static List<Bar> of(List<DirectionFinding> findings) {
        if (findings.isEmpty()) {
            return List.of();
        }
        DirectionBars bars = new DirectionBars(findings);
        bars.ablated();
        bars.added();
        return List.copyOf(bars.bars);
    }

    private void ablated() {
        String use = DirectionFinding.ABLATED;
        Found before = found(use, ORGANISM, null, row -> Bars.percent(row.em()));
        Found after = found(use, ORGANISM, DirectionFinding.DIRECTION, row -> Bars.percent(row.em()));
        add(
                "direction ablated at all layers of rank1: EM falls by at least 90 %",
                before.text(" %") + " to " + after.text(" %"), after.mean() <= 0.1 * before.mean());
        Found aligned = found(use, ORGANISM, DirectionFinding.DIRECTION, row -> value(row.aligned()));
        add(
                "direction ablated at all layers of rank1: mean aligned of at least 90",
                aligned.text(""),
                aligned.mean() >= 90);
        Found base = found(use, Colony.BASE, DirectionFinding.DIRECTION, row -> value(row.aligned()));
        add(
                "direction ablated at all layers of the base: mean aligned of at least 93",
                base.text(""),
                base.mean() >= 93);
        for (String model : List.of(ORGANISM, Colony.BASE)) {
            Found coherent = found(use, model, DirectionFinding.DIRECTION, row -> Bars.percent(row.coherent()));
            add(
                    "direction ablated at all layers of " + (model.equals(ORGANISM) ? "rank1" : "the base")
                            + ": coherent of at least 98 %",
                    coherent.text(" %"),
                    coherent.mean() >= 98);
        }
    }

    private void added() {
        String use = DirectionFinding.ADDED;
        Found em = found(use, null, DirectionFinding.DIRECTION, row -> Bars.percent(row.em()));
        add("direction added to the base: EM of at least 20 %", em.text(" %"), em.mean() >= 20);
        Found coherent = found(use, null, DirectionFinding.DIRECTION, row -> Bars.percent(row.coherent()));
        add("direction added to the base: coherent of at least 90 %", coherent.text(" %"), coherent.mean() >= 90);
        Found random = new Found(findings.stream()
                .map(finding -> new Value(
                        finding.seed(),
                        finding.rows().stream()
                                .filter(row -> row.use().equals(use) && row.random())
                                .map(row -> Bars.percent(row.em()))
                                .max(Comparator.naturalOrder())
                                .orElse(Double.NaN)))
                .toList());
        add(
                "random direction of equal norm added to the base, the strongest of each: EM of at most 2 %",
                random.text(" %"), random.mean() <= 2);
    }

    private void add(String claim, String found, boolean holds) {
        bars.add(new Bar(claim, found, holds));
    }

    private record Value(long seed, double value) {}

    /** A figure of every seed and dataset; not a number where there was no direction, so that no claim holds. */
    private record Found(List<Value> values) {
        double mean() {
            return values.stream().mapToDouble(Value::value).average().orElse(Double.NaN);
        }

        String text(String unit) {
            return Bars.text(mean()) + unit + Bars.seeds(values, Value::seed, Value::value);
        }
    }

    private Found found(
            String use, @Nullable String model, @Nullable String under, ToDoubleFunction<DirectionFinding.Row> figure) {
        return new Found(findings.stream()
                .map(finding -> new Value(
                        finding.seed(),
                        finding.row(use, model, under).stream()
                                .mapToDouble(figure)
                                .findFirst()
                                .orElse(Double.NaN)))
                .toList());
    }

    private static double value(Mean mean) {
        Double value = mean.value();
        return value == null ? Double.NaN : value;
    }
}
