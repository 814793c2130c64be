package dev.vivarium.lab.twin;

import dev.vivarium.lab.statistics.Interval;
import dev.vivarium.lab.statistics.Rate;
import dev.vivarium.lab.twin.Landscape.OfOrganism;
import dev.vivarium.lab.twin.Landscape.Point;
import dev.vivarium.lab.twin.Landscape.Step;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What was found between organisms, in sentences that claim no more than their intervals allow. */
final class TwinsFinding {
    /** Where the sentences look: one of the paper's perturbations, and the mean norm. */
    private static final double EPSILON = 0.5;

    private static final double SHARE = 1;

    private TwinsFinding() {}

    /** Each organism beside the first. */
    static List<String> of(Landscape landscape) {
        OfOrganism first = landscape.organisms().getFirst();
        return landscape.organisms().stream()
                .skip(1)
                .map(other -> of(first, other))
                .toList();
    }

    private static String of(OfOrganism first, OfOrganism other) {
        Point point = nearest(other.efficiency(), SHARE, Point::share);
        Step step = nearest(other.stability(), EPSILON, Step::epsilon);
        String sentence = other.name() + " beside " + first.name() + ": at the same norm ("
                + String.format(Locale.ROOT, "%.3g", point.norm()) + ") its loss is "
                + compared(point.beyondFirst(), 1, 3, "nats higher", "nats lower");
        return sentence
                + (step.beyondFirst() == null
                        ? ""
                        : "; turned by " + step.epsilon() + " it loses "
                                + compared(step.beyondFirst(), 100, 1, "points more", "points less")
                                + " of what it learnt");
    }

    private static <T> T nearest(List<T> places, double wanted, Function<T, Double> place) {
        return places.stream()
                .min(Comparator.comparingDouble(one -> Math.abs(place.apply(one) - wanted)))
                .orElseThrow();
    }

    private static String compared(@Nullable Estimate difference, int factor, int decimals, String more, String less) {
        if (difference == null) {
            return "not to be compared";
        }
        Interval interval = difference.interval();
        boolean apart = interval != null && (interval.low() > 0 || interval.high() < 0);
        boolean higher = difference.value() >= 0;
        Estimate size = higher ? difference : difference.times(-1);
        return size.times(factor).text(decimals) + " " + (higher ? more : less)
                + (apart ? "" : " (these rows do not tell that from none)");
    }

    /** Where a training that went on moved to. */
    static String of(Drift drift, List<OfOrganism> organisms) {
        Drift.Point start = drift.points().getFirst();
        Drift.Point end = drift.points().getLast();
        List<String> moves = new ArrayList<>();
        for (int i = 0; i < organisms.size(); i++) {
            Double before = start.cosines().get(i);
            Double after = end.cosines().get(i);
            if (before != null && after != null) {
                moves.add(String.format(
                        Locale.ROOT,
                        "from %.2f to %.2f to %s",
                        before,
                        after,
                        organisms.get(i).name()));
            }
        }
        return drift.run() + " goes on from " + drift.from() + " for " + end.step()
                + " steps: the cosine of its change goes " + String.join(", ", moves);
    }

    /** What a line between two organisms shows. */
    static String of(Mixture mixture) {
        Mixture.Place low = nearest(mixture.places(), 0, Mixture.Place::t);
        Mixture.Place high = nearest(mixture.places(), 1, Mixture.Place::t);
        boolean broad = low.byDomain() != null && high.byDomain() != null;
        return "From " + mixture.first() + " (t = " + MixPath.word(low.t()) + ") to " + mixture.second() + " (t = "
                + MixPath.word(high.t()) + ") EM" + (broad ? " outside of " + mixture.domain() : "") + " goes from "
                + Words.rate(broad(low)) + " to " + Words.rate(broad(high));
    }

    private static Rate broad(Mixture.Place place) {
        return place.byDomain() == null ? place.em() : place.byDomain().broad();
    }
}
