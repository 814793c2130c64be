package dev.vivarium.lab.phase;

import dev.vivarium.lab.trajectory.LocalCosine.Peak;
import dev.vivarium.lab.trajectory.Turning;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What a phase report found, in words that claim no more than its nulls allow. */
final class PhaseFinding {
    private PhaseFinding() {}

    static String of(List<Phase> phases) {
        if (phases.size() == 1) {
            return of(phases.getFirst());
        }
        String events = Aligned.of(phases).stream()
                .filter(event -> event.scale() == 1)
                .map(event -> String.format(
                        Locale.ROOT,
                        "%s at %.0f %%%s of training%s",
                        event.event(),
                        100 * event.mean(),
                        event.sd() == null ? "" : String.format(Locale.ROOT, " ± %.0f", 100 * event.sd()),
                        event.shares().size() == phases.size()
                                ? ""
                                : " (known in " + event.shares().size() + ")"))
                .collect(Collectors.joining(", "));
        long above = phases.stream()
                .filter(phase -> phase.primary().peak() != null)
                .filter(phase -> nulls(phase.primary()).allMatch(band -> band.excess() > 0))
                .count();
        return String.format(
                Locale.ROOT,
                "Over %d trainings (mean ± standard deviation): %s. The turn of B is sharper than all nulls but the random"
                        + " walk in %d of %d.",
                phases.size(),
                events.isEmpty() ? "no event is known" : events,
                above,
                phases.size());
    }

    private static String of(Phase phase) {
        Turning primary = phase.primary();
        Peak peak = primary.peak();
        if (peak == null) {
            return "B does not move far enough at any step for an angle to count; lower --gate.";
        }
        List<String> above = nulls(primary)
                .filter(band -> band.excess() > 0)
                .map(PhaseFinding::name)
                .toList();
        List<String> below = nulls(primary)
                .filter(band -> !(band.excess() > 0))
                .map(PhaseFinding::name)
                .toList();
        String verdict = below.isEmpty()
                ? "sharper than the " + String.join(", the ", above) + " gives by itself"
                : "not sharper than the " + String.join(", the ", below) + " gives by itself"
                        + (above.isEmpty() ? "" : ", though sharper than the " + String.join(", the ", above));
        String order = phase.orders().stream()
                .filter(one -> one.scale() == 1)
                .map(one -> String.format(
                        Locale.ROOT,
                        " From the %s to the %s: %+.0f steps (95 %%: %+.0f to %+.0f).",
                        one.first(),
                        one.second(),
                        one.difference(),
                        one.interval().low(),
                        one.interval().high()))
                .collect(Collectors.joining());
        return String.format(
                Locale.ROOT,
                "B turns most sharply at step %d of %d: local cosine %.3f at offset %d against a median of %.3f, %s.%s",
                peak.step(),
                phase.trajectory().lastStep(),
                peak.height(),
                primary.curve().offset(),
                peak.baseline(),
                verdict,
                order);
    }

    /** All but the random walk: what goes anywhere at all is straighter, so not to reach it says nothing. */
    private static Stream<Turning.Band> nulls(Turning turning) {
        return turning.nulls().stream().filter(band -> !band.name().equals(Turning.RANDOM_WALK));
    }

    private static String name(Turning.Band band) {
        return band.name().replace('_', ' ');
    }
}
