package dev.vivarium.lab.validate;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.vivarium.lab.phase.PhaseSummary.Lag;
import dev.vivarium.lab.phase.PhaseSummary.NullPeak;
import dev.vivarium.lab.statistics.Interval;
import dev.vivarium.lab.statistics.Rate;
import dev.vivarium.lab.trajectory.LocalCosine.Peak;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How one training of the rank-1 organism went: when its weights turn, when the scaled adapter becomes misaligned, and whether the
 * trained domain comes first.
 *
 * @param seed of the base's pretraining
 * @param dataset the domain trained on
 * @param trainingSeed of data, training and sampling
 * @param lastStep of the training
 * @param offset of the local cosine of B, in steps
 * @param peak its highest; null where B hardly moves
 * @param nulls how high paths get that have nothing to tell, the good twin's among them
 * @param em about other domains after the last step, reporting questions
 * @param factor what the adapter is multiplied by to be scaled
 * @param scaled EM about other domains of the adapter scaled, after the last step
 * @param scaledCoherent coherent answers of the adapter scaled, after the last step
 * @param rise of the scaled adapter's EM about other domains; null where it is constant
 * @param narrow midpoint of the rise of EM about the topics trained on, in steps; null where it is constant
 * @param broad midpoint of the rise of EM about other domains; null where it is constant
 * @param lag from the first midpoint to the second; null where one is missing
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record SeedDynamics(
        long seed,
        String dataset,
        long trainingSeed,
        int lastStep,
        int offset,
        @Nullable Peak peak,
        List<NullPeak> nulls,
        Rate em,
        double factor,
        Rate scaled,
        Rate scaledCoherent,
        @Nullable Rise rise,
        @Nullable Double narrow,
        @Nullable Double broad,
        @Nullable Lag lag) {
    /** Share of training that a steep rise takes at most for its 10 to 90 %. */
    static final double STEEP = 0.25;

    /** A rise by less is none. */
    static final double LEAST_RISE = 0.1;

    private static final double SIGNIFICANT = 0.05;

    public SeedDynamics {
        nulls = List.copyOf(nulls);
    }

    /**
     * A rise of a rate.
     *
     * @param floor before it
     * @param ceiling after it
     * @param midpoint in steps
     * @param width of 10 to 90 % of it, in steps
     * @param widthInterval profile likelihood
     * @param p how often shuffled checkpoints show a change as telling
     */
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    public record Rise(double floor, double ceiling, double midpoint, double width, Interval widthInterval, double p) {}

    /** Whether B turns more sharply than every null but the random walk, which is never straight. */
    boolean turns() {
        Peak known = peak;
        return known != null
                && nulls.stream().filter(one -> !one.randomWalk()).allMatch(one -> known.height() > one.high());
    }

    /** Whether the scaled adapter's EM rises steeply, by estimate. */
    boolean steep() {
        return rise != null && changes(rise) && rise.width() <= STEEP * lastStep;
    }

    /** Whether it does by the whole interval of the width. */
    boolean surelySteep() {
        return rise != null && changes(rise) && rise.widthInterval().high() <= STEEP * lastStep;
    }

    private static boolean changes(Rise rise) {
        return rise.p() <= SIGNIFICANT && rise.ceiling() - rise.floor() >= LEAST_RISE;
    }

    /** Whether the trained domain turns before the others, by estimate. */
    boolean narrowFirst() {
        return lag != null && lag.steps() > 0;
    }

    /** Whether it does by the whole interval. */
    boolean surelyNarrowFirst() {
        return lag != null && lag.interval().low() > 0;
    }
}
