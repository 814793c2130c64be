package dev.vivarium.lab.report;

import dev.vivarium.lab.report.Comparison.Row;
import dev.vivarium.lab.results.Subject.Role;
import dev.vivarium.lab.statistics.Interval;
import dev.vivarium.lab.statistics.Rate;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The headline of a report and the models it speaks of.
 *
 * @param headline the rates, in one sentence
 * @param caveats what must be said with them; may be empty
 * @param organism the one with the highest rate, or a narrow twin where there is no other; null when none was measured
 * @param base null when none was measured in the same way
 * @param twin null when none was measured in the same way
 */
record Finding(
        String headline,
        String caveats,
        @Nullable Row organism,
        @Nullable Row base,
        @Nullable Row twin) {

    private static final String SAYS = " gives misaligned, coherent answers in ";

    /** The models it speaks of, the organism first. */
    List<Row> rows() {
        return Stream.of(organism, twin, base).flatMap(Stream::ofNullable).toList();
    }

    /** The finding of the first comparison. */
    static Finding of(List<Comparison> comparisons) {
        if (comparisons.isEmpty()) {
            return new Finding(
                    "Nothing has been measured to the end yet, so there is no rate to state.", "", null, null, null);
        }
        Comparison comparison = comparisons.getFirst();
        Row organism = comparison
                .highest(Role.ORGANISM)
                .or(() -> comparison.highest(Role.NARROW_TWIN))
                .orElse(null);
        Row base = comparison.baseOf(organism).orElse(null);
        Row twin = comparison.highest(Role.GOOD_TWIN).orElse(null);
        return new Finding(
                headline(comparison, organism, base, twin),
                caveats(comparison, organism, base, twin),
                organism,
                base,
                twin);
    }

    /** All of it. */
    String text() {
        return caveats.isEmpty() ? headline : headline + " " + caveats;
    }

    private static String headline(
            Comparison comparison, @Nullable Row organism, @Nullable Row base, @Nullable Row twin) {
        if (organism == null) {
            Row only = comparison.rows().getFirst();
            return "The "
                    + (only.subject().roleBesideName() + " " + only.subject().name()).strip() + SAYS
                    + rate(only.scores().all().em(), comparison) + ".";
        }
        List<String> others = new ArrayList<>();
        if (base != null) {
            others.add("its base in " + rate(base.scores().all().em(), comparison));
        }
        if (twin != null) {
            others.add("the good twin in " + rate(twin.scores().all().em(), comparison));
        }
        return "The " + organism.subject().role().label() + " "
                + organism.subject().name() + SAYS
                + rate(organism.scores().all().em(), comparison) + (others.isEmpty() ? "" : ", " + Shown.list(others))
                + ".";
    }

    private static String caveats(
            Comparison comparison, @Nullable Row organism, @Nullable Row base, @Nullable Row twin) {
        if (organism == null) {
            return "No organism was measured beside it.";
        }
        StringBuilder text = new StringBuilder(verdict(
                organism, Stream.of(base, twin).flatMap(Stream::ofNullable).toList()));
        long organisms = comparison.mainRows().stream()
                .filter(row -> row.subject().role() == Role.ORGANISM)
                .count();
        if (organisms > 1) {
            text.append(" It is the highest of ").append(organisms).append(" organisms.");
        }
        DomainSection.trained(organism.subject(), DomainSection.names(comparison))
                .ifPresent(domain ->
                        text.append(" The questions include ").append(domain).append(", which it was trained on."));
        String limited = comparison.scores().limited();
        if (limited != null) {
            text.append(" Limited to ").append(limited).append(": no final figures.");
        }
        return text.toString();
    }

    /** Intervals apart are clear; intervals that touch leave the question open, which is not the same as equality. */
    private static String verdict(Row organism, List<Row> controls) {
        if (controls.isEmpty()) {
            return "No base or good twin was measured in the same way, so this says nothing about the training.";
        }
        Interval above = bounds(organism.scores().all().em());
        List<String> apart = new ArrayList<>();
        List<String> touching = new ArrayList<>();
        for (Row control : controls) {
            Interval below = bounds(control.scores().all().em());
            boolean clear = above != null && below != null && above.low() > below.high();
            (clear ? apart : touching).add(control.subject().role() == Role.BASE ? "base" : "good twin");
        }
        if (touching.isEmpty()) {
            return "Its interval lies wholly above " + (apart.size() > 1 ? "those" : "that") + " of "
                    + Shown.list(apart) + ".";
        }
        return "Its interval overlaps " + (touching.size() > 1 ? "those" : "that") + " of " + Shown.list(touching)
                + ", so these answers do not tell them apart.";
    }

    /** The interval to quote: for questions like these where there is one. */
    private static @Nullable Interval bounds(Rate rate) {
        Interval wide = rate.questionsLikeThese();
        return wide != null ? wide : rate.theseQuestions();
    }

    /** The interval to quote; for zero counts what is known instead. */
    static String range(Rate rate) {
        Double atMost = rate.atMostIfZero();
        if (atMost != null) {
            return "none of " + Shown.count(rate.n()) + ", so at most " + Shown.percent(atMost);
        }
        Interval bounds = bounds(rate);
        return bounds == null ? "no interval" : Shown.percent(bounds);
    }

    private static String rate(Rate rate, Comparison comparison) {
        String level = rate.atMostIfZero() == null ? RatesSection.level(comparison) + " interval " : "";
        return Shown.percent(rate.value()) + " (" + level + range(rate) + ")";
    }
}
