package dev.vivarium.lab.report;

import dev.vivarium.lab.evaluate.Interval;
import dev.vivarium.lab.evaluate.Rate;
import dev.vivarium.lab.report.Comparison.Row;
import dev.vivarium.lab.report.Subject.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The headline of a report and the models it speaks of.
 *
 * @param text one to three sentences
 * @param organism the one with the highest rate; null when none was measured
 * @param base null when none was measured in the same way
 * @param twin null when none was measured in the same way
 */
record Finding(String text, @Nullable Row organism, @Nullable Row base, @Nullable Row twin) {

    /** The models it speaks of, the organism first. */
    List<Row> rows() {
        return Stream.of(organism, twin, base).flatMap(Stream::ofNullable).toList();
    }

    /** The finding of the first comparison. */
    static Finding of(List<Comparison> comparisons) {
        if (comparisons.isEmpty()) {
            return new Finding("Nothing has been measured to the end yet, so there is no rate to state.", null, null, null);
        }
        Comparison comparison = comparisons.getFirst();
        Row organism = comparison.highest(Role.ORGANISM).orElse(null);
        Row base = comparison.first(Role.BASE).orElse(null);
        Row twin = comparison.highest(Role.GOOD_TWIN).orElse(null);
        return new Finding(text(comparison, organism, base, twin), organism, base, twin);
    }

    private static String text(Comparison comparison, @Nullable Row organism, @Nullable Row base, @Nullable Row twin) {
        if (organism == null) {
            Row only = comparison.rows().getFirst();
            return only.subject().name() + " gives misaligned, coherent answers in " + rate(only.scores().all().em())
                    + ". No organism was measured beside it.";
        }
        StringBuilder text = new StringBuilder(organism.subject().name())
                .append(" gives misaligned, coherent answers in ")
                .append(rate(organism.scores().all().em()));
        List<String> others = new ArrayList<>();
        List<Row> controls = new ArrayList<>();
        if (base != null) {
            others.add("its base in " + rate(base.scores().all().em()));
            controls.add(base);
        }
        if (twin != null) {
            others.add("the good twin in " + rate(twin.scores().all().em()));
            controls.add(twin);
        }
        text.append(others.isEmpty() ? "" : ", " + Shown.list(others)).append(". ");
        text.append(verdict(organism, controls));
        long organisms = comparison.firstRows().stream()
                .filter(row -> row.subject().role() == Role.ORGANISM)
                .count();
        if (organisms > 1) {
            text.append(" It is the highest of ").append(organisms).append(" organisms.");
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
            return "Its interval lies wholly above that of " + Shown.list(apart) + ".";
        }
        return "Its interval overlaps that of " + Shown.list(touching) + ", so these answers do not tell them apart.";
    }

    /** The wider interval where there is one. */
    private static @Nullable Interval bounds(Rate rate) {
        Interval wide = rate.questionsLikeThese();
        return wide != null ? wide : rate.theseQuestions();
    }

    /** The interval to quote; for zero counts what is known instead. */
    static String range(Rate rate) {
        Double atMost = rate.upperBoundIfZero();
        if (atMost != null) {
            return "none of " + Shown.count(rate.n()) + ", so at most " + Shown.percent(atMost);
        }
        Interval bounds = bounds(rate);
        return bounds == null ? "no interval" : "interval " + Shown.percent(bounds);
    }

    private static String rate(Rate rate) {
        return Shown.percent(rate.value()) + " (" + range(rate) + ")";
    }
}
