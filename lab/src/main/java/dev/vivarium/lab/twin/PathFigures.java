package dev.vivarium.lab.twin;

import dev.vivarium.lab.phase.RateCurve;
import dev.vivarium.lab.report.Signs;
import dev.vivarium.lab.scalar.DomainRates;
import dev.vivarium.lab.statistics.Interval;
import dev.vivarium.lab.statistics.Rate;
import dev.vivarium.lab.twin.Figure.Table;
import dev.vivarium.lab.twin.LinePlot.Spot;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/** Figures of what lies between and beyond organisms: mixtures, trainings that go on, and the space of weights. */
final class PathFigures {
    private static final String COHERENT_COLOUR = "c-base";
    private static final List<String> KINDS = List.of(RateCurve.NARROW, RateCurve.BROAD, RateCurve.COHERENT);
    private static final String RATES = "share of answers";

    private PathFigures() {}

    static Figure of(Mixture mixture, List<String> notes) {
        List<Mixture.Place> places = mixture.places();
        String domain = mixture.domain() == null ? "" : mixture.domain();
        boolean told = places.stream().allMatch(place -> place.byDomain() != null);
        LinePlot plot = new LinePlot(
                "t, from " + mixture.first() + " (0) to " + mixture.second() + " (1)", RATES, Ticks.Unit.RATE, false);
        List<String> columns = new ArrayList<>(List.of("t", "EM"));
        if (told) {
            plot.add(
                    "EM in " + domain,
                    Signs.colour(0),
                    spots(places, place -> inside(place).narrow()));
            plot.add(
                    "EM outside",
                    Signs.colour(1),
                    spots(places, place -> inside(place).broad()));
            columns.addAll(List.of("EM in " + domain, "EM outside"));
        } else {
            plot.add("EM", Signs.colour(0), spots(places, Mixture.Place::em));
        }
        plot.add("coherent", COHERENT_COLOUR, spots(places, Mixture.Place::coherent));
        columns.addAll(
                List.of("EM less that at " + reference(places) + ", points", "Mean aligned", "Coherent", "Scored"));
        List<List<String>> rows = new ArrayList<>();
        for (Mixture.Place place : places) {
            List<String> row = new ArrayList<>();
            row.add(MixPath.word(place.t()).replace('-', '−'));
            row.add(Words.rate(place.em()));
            if (told) {
                row.add(Words.rate(inside(place).narrow()));
                row.add(Words.rate(inside(place).broad()));
            }
            Estimate difference = place.minusReference();
            row.add(Words.difference(difference == null ? null : difference.times(100), 1));
            row.add(Words.mean(place.aligned()));
            row.add(Words.rate(place.coherent()));
            row.add(String.valueOf(place.em().n()));
            rows.add(row);
        }
        return new Figure(
                mixture.first() + " to " + mixture.second(),
                plot,
                "The changes are added up exactly, 1 − t of the first and t of the second; below 0 and above 1 the line goes on"
                        + " beyond them. Two solutions of one valley would keep EM and coherence along the line"
                        + " (linear mode connectivity; Arturi et al., arXiv 2511.02022; protocol.md 3.6)."
                        + (mixture.judge() == null ? "" : " Judge: " + mixture.judge() + "."),
                new Table("Rates with 95 % intervals for questions like these.", columns, rows),
                notes);
    }

    private static DomainRates inside(Mixture.Place place) {
        DomainRates rates = place.byDomain();
        if (rates == null) {
            throw new IllegalStateException("rates by domain are known");
        }
        return rates;
    }

    private static String reference(List<Mixture.Place> places) {
        return places.stream()
                .filter(place -> place.minusReference() == null)
                .findFirst()
                .map(place -> "t = " + MixPath.word(place.t()))
                .orElse("the first");
    }

    private static List<Spot> spots(List<Mixture.Place> places, Function<Mixture.Place, Rate> which) {
        List<Spot> spots = new ArrayList<>();
        for (Mixture.Place place : places) {
            add(spots, place.t(), which.apply(place));
        }
        return spots;
    }

    private static void add(List<Spot> spots, double x, Rate rate) {
        Double value = rate.value();
        if (value != null) {
            spots.add(new Spot(x, value, Words.bounds(rate)));
        }
    }

    /** Where the weights of a training go that went on from an organism, and its answers where it was evaluated. */
    static List<Figure> of(Drift drift, List<String> organisms) {
        LinePlot plot = new LinePlot("step", "cosine with the change of", Ticks.Unit.PLAIN, false);
        List<String> columns = new ArrayList<>(List.of("Step", "Norm"));
        for (int i = 0; i < organisms.size(); i++) {
            List<Spot> spots = new ArrayList<>();
            for (Drift.Point point : drift.points()) {
                Double cosine = point.cosines().get(i);
                if (cosine != null) {
                    spots.add(new Spot(point.step(), cosine, null));
                }
            }
            plot.add(organisms.get(i), Signs.colour(i), spots);
            columns.add("Cosine with " + organisms.get(i));
        }
        List<List<String>> rows = drift.points().stream()
                .map(point -> {
                    List<String> row = new ArrayList<>();
                    row.add(String.valueOf(point.step()));
                    row.add(Words.number(point.norm()));
                    point.cosines().forEach(cosine -> row.add(Words.fixed(cosine, 3)));
                    return row;
                })
                .toList();
        List<Figure> figures = new ArrayList<>();
        figures.add(new Figure(
                drift.run() + ": its weights",
                plot,
                "Step 0 is " + drift.from()
                        + ", from which training goes on, usually without the KL term that held it. A"
                        + " curve that rises towards the general organism is drift back to it (Turner et al. 2026, arXiv"
                        + " 2602.07852; protocol.md 3.5). Cosines are exact and have no interval.",
                new Table("Cosine of the change at a checkpoint with that of each organism.", columns, rows),
                drift.remarks()));
        if (!drift.rates().isEmpty()) {
            figures.add(answers(drift));
        }
        return figures;
    }

    private static Figure answers(Drift drift) {
        LinePlot plot = new LinePlot("step", RATES, Ticks.Unit.RATE, false);
        List<String> kinds = KINDS.stream()
                .filter(kind ->
                        drift.rates().stream().anyMatch(rate -> rate.kind().equals(kind)))
                .toList();

        boolean told = kinds.contains(RateCurve.NARROW);
        List<String> columns = new ArrayList<>(List.of("Step"));
        Map<Integer, List<String>> rows = new TreeMap<>();
        drift.rates()
                .forEach(rate ->
                        rows.computeIfAbsent(rate.step(), step -> new ArrayList<>(List.of(String.valueOf(step)))));
        int line = 0;
        for (String kind : kinds) {
            String name = kind.equals(RateCurve.COHERENT)
                    ? kind
                    : !told ? "EM" : kind.equals(RateCurve.NARROW) ? "EM in the trained domain" : "EM outside";
            columns.add(name);
            List<Spot> spots = new ArrayList<>();
            rows.values().forEach(row -> row.add(Words.NOTHING));
            for (Drift.Behaviour one : drift.rates()) {
                if (one.kind().equals(kind)) {
                    add(spots, one.step(), one.rate());
                    rows.getOrDefault(one.step(), new ArrayList<>()).set(columns.size() - 1, Words.rate(one.rate()));
                }
            }
            plot.add(name, kind.equals(RateCurve.COHERENT) ? COHERENT_COLOUR : Signs.colour(line++), spots);
        }
        return new Figure(
                drift.run() + ": its answers",
                plot,
                "Evaluations of the training’s steps, as vivarium phase sweep makes them.",
                new Table("Rates with 95 % intervals for questions like these.", columns, List.copyOf(rows.values())),
                List.of());
    }

    static Figure of(WeightGeometry geometry, List<String> notes) {
        boolean byBlock =
                geometry.pairs().stream().allMatch(pair -> pair.blocks().size() > 1);
        LinePlot plot = new LinePlot("block", "cosine of the changes", Ticks.Unit.PLAIN, false);
        List<List<String>> rows = new ArrayList<>();
        for (int i = 0; i < geometry.pairs().size(); i++) {
            WeightGeometry.Pair pair = geometry.pairs().get(i);
            String name = pair.first() + " and " + pair.second();
            plot.add(
                    name,
                    Signs.colour(i),
                    pair.blocks().stream()
                            .map(block -> new Spot(block.block(), block.mean(), range(block)))
                            .toList());
            rows.add(List.of(
                    name,
                    Words.fixed(pair.cosine(), 3),
                    Words.fixed(pair.columns(), 3),
                    Words.fixed(pair.columnsByChance(), 3),
                    Words.fixed(pair.rows(), 3),
                    Words.fixed(pair.rowsByChance(), 3),
                    pair.shared() + (pair.notShared() == 0 ? "" : " (" + pair.notShared() + " not shared)")));
        }
        return new Figure(
                "Cosine and overlap of the changes",
                byBlock ? plot : null,
                "Cosine 1: the organisms change the same weights in the same direction; 0: at right angles. Overlap is the mean"
                        + " squared cosine of the principal angles between what the changes write (columns of B) and between what"
                        + " they read (rows of A); beside it what random spaces of these dimensions have (Arturi et al., arXiv"
                        + " 2511.02022; protocol.md 3.6, App. A 6)."
                        + (byBlock
                                ? " The plot shows the mean over the modules of a block and, shaded, their range."
                                : ""),
                new Table(
                        "From the adapters’ files alone: exact, without an interval.",
                        List.of(
                                "Pair",
                                "Cosine",
                                "Overlap of columns",
                                "by chance",
                                "Overlap of rows",
                                "by chance",
                                "Modules"),
                        rows),
                notes);
    }

    private static Interval range(WeightGeometry.Block block) {
        return new Interval(block.least(), block.most(), "range over modules");
    }
}
