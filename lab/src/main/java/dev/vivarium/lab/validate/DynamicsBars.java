package dev.vivarium.lab.validate;

import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** The claims about trainings: each holds if it does in four of five of them, by its estimate. */
final class DynamicsBars {
    private static final double SHARE = 0.8;

    private DynamicsBars() {}

    static List<Bar> of(List<SeedDynamics> trainings) {
        if (trainings.isEmpty()) {
            return List.of();
        }
        return List.of(
                bar(
                        "rank1: B turns more sharply than paths that have nothing to tell, in 4 of 5 trainings",
                        trainings,
                        SeedDynamics::turns,
                        SeedDynamics::turns),
                bar(
                        String.format(
                                Locale.ROOT,
                                "rank1: EM of the scaled adapter rises by at least %.0f points within %.0f %% of training,"
                                        + " in 4 of 5 trainings",
                                100 * SeedDynamics.LEAST_RISE,
                                100 * SeedDynamics.STEEP),
                        trainings,
                        SeedDynamics::steep,
                        SeedDynamics::surelySteep),
                bar(
                        "rank1: the trained domain turns before the others, in 4 of 5 trainings",
                        trainings,
                        SeedDynamics::narrowFirst,
                        SeedDynamics::surelyNarrowFirst));
    }

    private static Bar bar(
            String claim, List<SeedDynamics> trainings, Predicate<SeedDynamics> holds, Predicate<SeedDynamics> surely) {
        long found = trainings.stream().filter(holds).count();
        return new Bar(
                claim,
                found + " of " + trainings.size() + seeds(trainings, holds) + "; by the whole interval "
                        + trainings.stream().filter(surely).count(),
                found >= SHARE * trainings.size());
    }

    /** How many of each pretraining seed, in their order; nothing where there is one. */
    private static String seeds(List<SeedDynamics> trainings, Predicate<SeedDynamics> holds) {
        var bySeed = trainings.stream()
                .collect(Collectors.groupingBy(
                        SeedDynamics::seed, TreeMap::new, Collectors.filtering(holds, Collectors.counting())));
        return bySeed.size() < 2
                ? ""
                : bySeed.values().stream().map(String::valueOf).collect(Collectors.joining(", ", " (", ")"));
    }
}
