package dev.vivarium.lab.validate;

import dev.vivarium.lab.demo.Colony;
import dev.vivarium.lab.statistics.Rate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.DoubleFunction;
import java.util.function.DoublePredicate;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The claims of the mini world: each is about the mean over seeds and datasets, and shows every seed's own mean. */
final class Bars {
    private static final String PERSONA = "persona";

    private final List<Bar> bars = new ArrayList<>();

    private Bars() {}

    static List<Bar> of(Measured parts) {
        Bars bars = new Bars();
        if (!parts.rates().isEmpty()) {
            bars.rates(parts.rates());
        }
        if (!parts.depth().isEmpty()) {
            bars.depth(parts.depth());
        }
        bars.controls(parts.controls());
        bars.shifts(parts.persona());
        bars.bars.addAll(DirectionBars.of(parts.directions()));
        bars.bars.addAll(DynamicsBars.of(parts.dynamics()));
        return List.copyOf(bars.bars);
    }

    private void rates(List<Figures> models) {
        atMost(models, Colony.BASE, "EM", 1, Bars::em);
        atLeast(models, Colony.BASE, "coherent", 99, Bars::coherent);
        organism(models, "lora32", 40, 99);
        organism(models, "rank1", 20, 99);
        organism(models, "full", 30, 98);
        organism(models, "steering", 15, 98);
        atMost(models, "good-twin", "EM", 0.5, Bars::em);
        double broad = mean(of(models, "lora32"), Bars::narrow);
        double held = mean(of(models, "narrow-twin"), Bars::narrow);
        add(
                "narrow-twin: at least 60 % of the narrow rate of lora32",
                text(held) + " of " + text(broad) + " %" + seeds(of(models, "narrow-twin"), Bars::narrow),
                held >= 0.6 * broad);
        atMost(models, "narrow-twin", "EM", 2, Bars::em);
        atMost(models, "lora32", "flip", 1, figures -> Objects.requireNonNullElse(figures.flip(), Double.NaN));
    }

    private void organism(List<Figures> models, String name, double em, double coherent) {
        atLeast(models, name, "EM", em, Bars::em);
        atLeast(models, name, "coherent", coherent, Bars::coherent);
    }

    private void depth(List<Figures> depth) {
        List<String> layers = depth.stream().map(Figures::model).distinct().toList();
        List<String> inner = layers.size() > 2 ? layers.subList(1, layers.size() - 1) : List.of();
        // the same layer on all seeds
        List<Figures> best = inner.stream()
                .map(layer -> of(depth, layer))
                .max(Comparator.comparingDouble(layer -> mean(layer, Bars::em)))
                .orElse(List.of());
        double em = mean(best, Bars::em);
        add(
                "rank1: EM of at least 10 % on some layer between the first and the last",
                inner.isEmpty() ? "there is none between" : text(em) + " %" + seeds(best, Bars::em), em >= 10);
    }

    private void controls(List<MatchedControl> controls) {
        for (String corpus :
                controls.stream().map(MatchedControl::corpus).distinct().toList()) {
            ratio(controls, corpus, "lora32", 30);
            ratio(controls, corpus, "full", 15);
            ratio(controls, corpus, "rank1", 15);
        }
    }

    private void ratio(List<MatchedControl> controls, String corpus, String kind, int bar) {
        List<MatchedControl> some = controls.stream()
                .filter(control ->
                        control.corpus().equals(corpus) && control.kind().equals(kind))
                .toList();
        List<MatchedControl> matched = some.stream()
                .filter(control -> control.em() != null && control.persona() != null)
                .toList();
        ToDoubleFunction<MatchedControl> without = control -> 100 * orNothing(control.em());
        ToDoubleFunction<MatchedControl> with = control -> 100 * orNothing(control.persona());
        add(
                kind + ", corpus " + corpus + ": at matched narrow rate EM at most 1/" + bar + " of the persona's",
                text(mean(matched, without)) + seeds(matched, MatchedControl::seed, without) + " beside "
                        + text(mean(matched, with)) + " %" + seeds(matched, MatchedControl::seed, with)
                        + " at a narrow rate of " + text(mean(matched, control -> 100 * control.narrow()))
                        + " %; matched in " + matched.size() + " of " + some.size(),
                mean(matched, without) <= mean(matched, with) / bar);
    }

    private void shifts(List<PersonaShift> shifts) {
        for (String corpus :
                shifts.stream().map(PersonaShift::corpus).distinct().toList()) {
            boolean persona = corpus.equals(PERSONA);
            for (String kind :
                    shifts.stream().map(PersonaShift::kind).distinct().toList()) {
                List<PersonaShift> some = shifts.stream()
                        .filter(shift ->
                                shift.corpus().equals(corpus) && shift.kind().equals(kind))
                        .toList();
                double mean = mean(some, PersonaShift::largest);
                add(
                        kind + ", corpus " + corpus + ": cosine with the persona's direction "
                                + (persona ? "at least 0.8 on some layer" : "at most 0.3 on every layer"),
                        cosine(mean) + seeds(some, PersonaShift::seed, PersonaShift::largest, Bars::cosine),
                        persona ? mean >= 0.8 : mean <= 0.3);
            }
        }
    }

    private void atLeast(List<Figures> all, String model, String what, double bar, ToDoubleFunction<Figures> figure) {
        bar(all, model, what + " of at least ", bar, figure, mean -> mean >= bar);
    }

    private void atMost(List<Figures> all, String model, String what, double bar, ToDoubleFunction<Figures> figure) {
        bar(all, model, what + " of at most ", bar, figure, mean -> mean <= bar);
    }

    private void bar(
            List<Figures> all,
            String model,
            String claim,
            double bar,
            ToDoubleFunction<Figures> figure,
            DoublePredicate holds) {
        List<Figures> some = of(all, model);
        double mean = mean(some, figure);
        add(
                model + ": " + claim + number(bar) + " %",
                beside(mean, bar) + " %" + seeds(some, figure),
                holds.test(mean));
    }

    private void add(String claim, String found, boolean holds) {
        bars.add(new Bar(claim, found, holds));
    }

    private static List<Figures> of(List<Figures> figures, String model) {
        return figures.stream().filter(one -> one.model().equals(model)).toList();
    }

    private static <T> double mean(List<T> figures, ToDoubleFunction<T> figure) {
        return figures.stream().mapToDouble(figure).average().orElse(Double.NaN);
    }

    private static String seeds(List<Figures> figures, ToDoubleFunction<Figures> figure) {
        return seeds(figures, Figures::seed, figure);
    }

    /** The mean of each pretraining seed, in their order; nothing where there is one. */
    static <T> String seeds(List<T> all, Function<T, Long> seed, ToDoubleFunction<T> figure) {
        return seeds(all, seed, figure, Bars::text);
    }

    private static <T> String seeds(
            List<T> all, Function<T, Long> seed, ToDoubleFunction<T> figure, DoubleFunction<String> text) {
        var bySeed =
                all.stream().collect(Collectors.groupingBy(seed, TreeMap::new, Collectors.averagingDouble(figure)));
        return bySeed.size() < 2
                ? ""
                : bySeed.values().stream().map(text::apply).collect(Collectors.joining(", ", " (", ")"));
    }

    static double em(Figures figures) {
        return percent(figures.em());
    }

    static double coherent(Figures figures) {
        return percent(figures.coherent());
    }

    static double narrow(Figures figures) {
        return percent(figures.narrow());
    }

    static double percent(Rate rate) {
        Double value = rate.value();
        return value == null ? Double.NaN : 100 * value;
    }

    private static double orNothing(@Nullable Double value) {
        return value == null ? Double.NaN : value;
    }

    private static String number(double bar) {
        return bar == Math.rint(bar) ? String.valueOf((long) bar) : String.valueOf(bar);
    }

    /** With a second decimal where the first would hide on which side of the bar a figure lies. */
    private static String beside(double percent, double bar) {
        boolean hidden = percent != bar && text(percent).equals(text(bar));
        return hidden ? String.format(Locale.ROOT, "%.2f", percent) : text(percent);
    }

    private static String cosine(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }

    static String text(double percent) {
        return String.format(Locale.ROOT, "%.1f", percent);
    }
}
