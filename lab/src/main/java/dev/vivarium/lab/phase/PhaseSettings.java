package dev.vivarium.lab.phase;

import dev.vivarium.lab.trajectory.LocalCosine.Gate;
import java.util.List;

/**
 * What a phase report computes.
 *
 * @param offsets of local cosines, in steps; empty for the usual ones of the grid
 * @param gate how far a path has to move for its angle to count
 * @param draws paths of each null, and draws behind intervals
 * @param seed root of all randomness
 */
public record PhaseSettings(List<Integer> offsets, Gate gate, int draws, long seed) {
    /** 200 paths of each null. */
    public static final PhaseSettings DEFAULT = new PhaseSettings(List.of(), Gate.DEFAULT, 200, 0);

    public PhaseSettings {
        offsets = List.copyOf(offsets);
    }
}
