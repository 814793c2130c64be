package dev.vivarium.lab.phase;

import dev.vivarium.engine.adapter.LoraFactors.Place;
import dev.vivarium.engine.base.InertText;
import dev.vivarium.lab.report.PageFile;
import dev.vivarium.lab.statistics.ChangePoint;
import dev.vivarium.lab.statistics.Interval;
import dev.vivarium.lab.statistics.Rate;
import dev.vivarium.lab.trajectory.LocalCosine.Peak;
import dev.vivarium.lab.trajectory.LocalCosine.Variant;
import dev.vivarium.lab.trajectory.PathPca;
import dev.vivarium.lab.trajectory.Turning;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** The page of a phase report: tables that stand without a script, and what the script draws. */
final class PhasePage {
    private static final PageFile FILE =
            new PageFile("/dev/vivarium/lab/phase/", "phase", List.of("phase.css"), "phase.js");

    private static final String NOTHING = "–";
    private static final int COLOURS = 6;

    private PhasePage() {}

    static String of(PhaseReport report, Map<String, Object> document) {
        List<Phase> phases = report.phases();
        Map<String, Object> page = new HashMap<>();
        page.put("title", title(phases));
        page.put("finding", InertText.line(report.finding()));
        page.put("facts", facts(phases));
        page.put("several", phases.size() > 1);
        List<Map<String, Object>> runs = new ArrayList<>();
        for (int i = 0; i < phases.size(); i++) {
            runs.add(run(phases.get(i), "c-" + (i % COLOURS + 1)));
        }
        page.put("runs", runs);
        page.put("aligned", Aligned.of(phases).stream().map(PhasePage::aligned).toList());
        page.put(
                "hasOverlap",
                phases.stream()
                        .anyMatch(phase -> phase.geometry().overlap() != null
                                || phase.geometry().compScore() != null));
        page.put("hasRates", phases.stream().anyMatch(phase -> !phase.rates().isEmpty()));
        page.put("hasScales", phases.stream().anyMatch(PhasePage::isScaled));
        page.put(
                "hasLog",
                phases.stream().anyMatch(phase -> !phase.trajectory().log().isEmpty()));
        page.put(
                "remarks",
                phases.stream()
                        .flatMap(phase -> phase.remarks().stream().map(InertText::line))
                        .toList());
        return FILE.fill(page, document, true);
    }

    private static String title(List<Phase> phases) {
        return phases.size() == 1
                ? InertText.line("Phases of " + phases.getFirst().trajectory().name())
                : "Phases of " + phases.size() + " trainings";
    }

    private static List<Map<String, String>> facts(List<Phase> phases) {
        Phase first = phases.getFirst();
        List<Place> places = first.geometry().places();
        String ranks = places.stream()
                .map(place -> String.valueOf(place.r()))
                .distinct()
                .collect(Collectors.joining(", "));
        return List.of(
                fact(
                        "Checkpoints",
                        phases.stream()
                                .map(phase -> String.valueOf(
                                        phase.trajectory().checkpoints().size()))
                                .distinct()
                                .collect(Collectors.joining(", "))),
                fact(
                        "Grid",
                        "one every " + first.grid().spacing() + " steps, "
                                + first.grid().indices().size() + " of them"),
                fact(
                        "Adapter",
                        "rank " + ranks + " at "
                                + (places.size() == 1
                                        ? places.getFirst()
                                                .module()
                                                .replaceFirst("^model\\.layers\\.(\\d+)\\.", "layer $1, ")
                                        : places.size() + " modules")),
                fact("Scale s", number(places.getFirst().scale(), 4)));
    }

    private static Map<String, String> fact(String name, String value) {
        return Map.of("name", name, "value", InertText.line(value));
    }

    private static Map<String, Object> run(Phase phase, String colour) {
        Map<String, Object> run = new HashMap<>();
        run.put("name", InertText.line(phase.trajectory().name()));
        run.put("colour", colour);
        run.put("events", phase.events().stream().map(PhasePage::event).toList());
        run.put("orders", phase.orders().stream().map(PhasePage::order).toList());
        run.put("hasOrders", !phase.orders().isEmpty());
        run.put("peaks", peaks(phase));
        run.put("pca", phase.pca().entrySet().stream().map(PhasePage::pca).toList());
        run.put(
                "changes",
                phase.changes().entrySet().stream()
                        .map(change -> change(change.getKey(), change.getValue()))
                        .toList());
        run.put("hasChanges", !phase.changes().isEmpty());
        List<Map<String, Object>> scales = scales(phase);
        run.put("scales", scales);
        run.put("hasScales", !scales.isEmpty());
        return run;
    }

    private static Map<String, String> event(Event event) {
        return Map.of(
                "name", event.name(),
                "step", number(event.step(), 4),
                "interval", range(event.interval().low(), event.interval().high(), 4),
                "method", event.interval().method());
    }

    private static Map<String, String> order(Event.Order order) {
        return Map.of(
                "text",
                order.second() + " after " + order.first(),
                "difference",
                signed(order.difference()),
                "interval",
                signed(order.interval().low()) + " to "
                        + signed(order.interval().high()),
                "share",
                String.format(Locale.ROOT, "%.0f %%", 100 * order.share()));
    }

    /** One row per offset of the raw and the unit variant of B and A. */
    private static List<Map<String, Object>> peaks(Phase phase) {
        List<Map<String, Object>> rows = new ArrayList<>();
        phase.turnings()
                .forEach((name, turnings) -> turnings.stream()
                        .filter(turning ->
                                turning.curve().variant() != Variant.TANGENTIAL && !name.equals(Phase.CHANGE))
                        .forEach(turning -> rows.add(peak(name, turning))));
        return rows;
    }

    private static Map<String, Object> peak(String name, Turning turning) {
        Peak peak = turning.peak();
        Map<String, Object> row = new HashMap<>();
        row.put("of", name.toUpperCase(Locale.ROOT));
        row.put("variant", turning.curve().variant().word());
        row.put("offset", turning.curve().offset());
        row.put("step", peak == null ? NOTHING : String.valueOf(peak.step()));
        row.put("height", peak == null ? NOTHING : number(peak.height(), 3));
        row.put("baseline", peak == null ? NOTHING : number(peak.baseline(), 3));
        row.put("gated", turning.curve().gated());
        row.put(
                "nulls",
                turning.nulls().stream()
                        .map(band -> Map.of(
                                "high",
                                number(band.peakHigh(), 3),
                                "p",
                                band.share() == null ? "" : "p " + number(band.share(), 2),
                                "above",
                                band.excess() > 0))
                        .toList());
        return row;
    }

    private static Map<String, String> pca(Map.Entry<String, PathPca> pca) {
        double[] shares = pca.getValue().shares();
        String all = Arrays.stream(shares)
                .limit(3)
                .mapToObj(share -> String.format(Locale.ROOT, "%.1f %%", 100 * share))
                .collect(Collectors.joining(", "));
        return Map.of(
                "of", pca.getKey().equals(Phase.CHANGE) ? "ΔW" : pca.getKey().toUpperCase(Locale.ROOT),
                "shares", all,
                "turn",
                        pca.getValue().turn() < 0
                                ? NOTHING
                                : "step " + pca.getValue().turn());
    }

    private static Map<String, String> change(String name, ChangePoint change) {
        return Map.of(
                "name", InertText.line(name),
                "levels",
                        percent(change.fit().floor()) + " to "
                                + percent(change.fit().ceiling()),
                "midpoint", number(change.fit().midpoint(), 4),
                "profile", range(change.midpoint().low(), change.midpoint().high(), 4),
                "questions",
                        change.midpointOverQuestions() == null
                                ? NOTHING
                                : range(
                                        change.midpointOverQuestions().low(),
                                        change.midpointOverQuestions().high(),
                                        4),
                "width",
                        number(change.fit().width(), 3) + " ("
                                + range(change.width().low(), change.width().high(), 3) + ")",
                "split",
                        "after " + change.split().after() + ", before "
                                + change.split().before(),
                "bits", number(change.split().bits(), 3),
                "p", number(change.p(), 2));
    }

    private static boolean isScaled(Phase phase) {
        return phase.rates().stream().anyMatch(rate -> rate.scale() != 1);
    }

    /** What the last checkpoint does at each factor, the base model first; empty where the adapter was not scaled. */
    private static List<Map<String, Object>> scales(Phase phase) {
        List<Map<String, Object>> rows = new ArrayList<>();
        if (!isScaled(phase)) {
            return rows;
        }
        boolean base = phase.rates().stream().anyMatch(rate -> rate.steps()[0] == SweepPoint.BASE.step());
        if (base) {
            rows.add(scaled("0 (base)", phase, 1, true));
        }
        phase.rates().stream()
                .map(RateCurve::scale)
                .distinct()
                .forEach(scale -> rows.add(scaled(ScaledSweep.factor(scale), phase, scale, false)));
        return rows;
    }

    private static Map<String, Object> scaled(String name, Phase phase, double scale, boolean first) {
        Map<String, Object> row = new HashMap<>();
        row.put("scale", name);
        for (String kind : List.of(RateCurve.NARROW, RateCurve.BROAD, RateCurve.COHERENT, RateCurve.SAME)) {
            String cell = phase.rates().stream()
                    .filter(rate -> rate.scale() == scale && rate.kind().equals(kind))
                    .findFirst()
                    .map(rate -> rate(rate.at(first ? 0 : rate.steps().length - 1)))
                    .orElse(NOTHING);
            row.put(kind.equals(RateCurve.SAME) ? "same" : kind, cell);
        }
        return row;
    }

    private static String rate(Rate rate) {
        Interval interval = rate.questionsLikeThese() == null ? rate.theseQuestions() : rate.questionsLikeThese();
        return rate.value() == null || interval == null
                ? NOTHING
                : String.format(
                        Locale.ROOT,
                        "%.1f %% (%.1f to %.1f)",
                        100 * rate.value(),
                        100 * interval.low(),
                        100 * interval.high());
    }

    private static Map<String, String> aligned(Aligned aligned) {
        return Map.of(
                "event", aligned.event(),
                "mean", percent(aligned.mean()) + (aligned.sd() == null ? "" : " ± " + percent(aligned.sd())),
                "all", aligned.shares().stream().map(PhasePage::percent).collect(Collectors.joining(", ")));
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f %%", 100 * share);
    }

    private static String signed(double steps) {
        return String.format(Locale.ROOT, "%+.0f", steps).replace('-', '−');
    }

    private static String range(double low, double high, int digits) {
        return number(low, digits) + " to " + number(high, digits);
    }

    private static String number(double value, int digits) {
        if (!Double.isFinite(value)) {
            return NOTHING;
        }
        String text = new BigDecimal(value, new MathContext(digits))
                .stripTrailingZeros()
                .toPlainString();
        return text.replace('-', '−');
    }
}
