package dev.vivarium.lab.validate;

import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;

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
                found + " of " + trainings.size() + "; by the whole interval "
                        + trainings.stream().filter(surely).count(),
                found >= SHARE * trainings.size());
    }
}
