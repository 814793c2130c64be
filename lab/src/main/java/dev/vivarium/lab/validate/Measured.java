package dev.vivarium.lab.validate;

import dev.vivarium.lab.validate.Validation.Part;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The figures of all parts; those of a part that was not measured are empty.
 *
 * @param rates of the base and of all organisms on bases with a persona
 * @param depth one rank-1 adapter on every layer in turn
 * @param controls corpora without a persona, compared at matched narrow rates
 * @param persona how far fine-tuning moves activations along the persona of pretraining
 * @param directions the mean-difference direction of the rank-1 organism, ablated and added
 * @param dynamics trainings of the rank-1 organism, step by step
 */
public record Measured(
        List<Figures> rates,
        List<Figures> depth,
        List<MatchedControl> controls,
        List<PersonaShift> persona,
        List<DirectionFinding> directions,
        List<SeedDynamics> dynamics) {
    /** Nothing measured. */
    static final Measured NOTHING = new Measured(List.of(), List.of(), List.of(), List.of(), List.of(), List.of());

    public Measured {
        rates = List.copyOf(rates);
        depth = List.copyOf(depth);
        controls = List.copyOf(controls);
        persona = List.copyOf(persona);
        directions = List.copyOf(directions);
        dynamics = List.copyOf(dynamics);
    }

    /** The parts that were measured. */
    Set<Part> parts() {
        Set<Part> parts = EnumSet.noneOf(Part.class);
        for (Part part : Part.values()) {
            if (!figures(part).isEmpty()) {
                parts.add(part);
            }
        }
        return parts;
    }

    /** These figures, and those of another measurement for parts, and corpora of a part, that were not measured here. */
    Measured orElse(Set<Part> own, Measured other) {
        return new Measured(
                (own.contains(Part.RATES) ? this : other).rates,
                (own.contains(Part.DEPTH) ? this : other).depth,
                own.contains(Part.CONTROLS) ? beside(controls, other.controls, MatchedControl::corpus) : other.controls,
                own.contains(Part.PERSONA) ? beside(persona, other.persona, PersonaShift::corpus) : other.persona,
                (own.contains(Part.DIRECTIONS) ? this : other).directions,
                (own.contains(Part.DYNAMICS) ? this : other).dynamics);
    }

    /** These figures and those of other pretraining seeds behind them. */
    Measured and(Measured more) {
        return new Measured(
                joined(rates, more.rates),
                joined(depth, more.depth),
                joined(controls, more.controls),
                joined(persona, more.persona),
                joined(directions, more.directions),
                joined(dynamics, more.dynamics));
    }

    /** The pretraining seeds of what was measured: of each part, and of each corpus where a part has several. */
    SortedMap<String, SortedSet<Long>> seeds() {
        SortedMap<String, SortedSet<Long>> seeds = new TreeMap<>();
        rates.forEach(one -> add(seeds, "rates", one.seed()));
        depth.forEach(one -> add(seeds, "depth", one.seed()));
        controls.forEach(one -> add(seeds, "controls, corpus " + one.corpus(), one.seed()));
        persona.forEach(one -> add(seeds, "persona, corpus " + one.corpus(), one.seed()));
        directions.forEach(one -> add(seeds, "directions", one.seed()));
        dynamics.forEach(one -> add(seeds, "dynamics", one.seed()));
        return seeds;
    }

    private static void add(Map<String, SortedSet<Long>> seeds, String what, long seed) {
        seeds.computeIfAbsent(what, none -> new TreeSet<>()).add(seed);
    }

    private static <T> List<T> joined(List<T> one, List<T> other) {
        return Stream.concat(one.stream(), other.stream()).toList();
    }

    private static <T> List<T> beside(List<T> own, List<T> other, Function<T, String> corpus) {
        Set<String> measured = own.stream().map(corpus).collect(Collectors.toSet());
        return Stream.concat(own.stream(), other.stream().filter(one -> !measured.contains(corpus.apply(one))))
                .toList();
    }

    private Collection<?> figures(Part part) {
        return switch (part) {
            case RATES -> rates;
            case DEPTH -> depth;
            case CONTROLS -> controls;
            case PERSONA -> persona;
            case DIRECTIONS -> directions;
            case DYNAMICS -> dynamics;
        };
    }
}
