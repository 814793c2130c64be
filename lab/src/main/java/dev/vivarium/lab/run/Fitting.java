package dev.vivarium.lab.run;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a step goes through the model, chosen so that it fits the memory.
 *
 * <p>Neither choice changes what is learnt but for rounding. Fewer rows at once cost little time, the less the larger a row's
 * products are, so several must not take much more memory than one; computing activations again costs a third, so that comes
 * last.
 *
 * @param rows that go through the model at once, in each lane
 * @param checkpointing whether activations are computed again on the way back
 * @param bytes what it takes
 */
record Fitting(int rows, boolean checkpointing, long bytes) {
    /** Bytes that several rows may take beyond what one does, unless their number is given. */
    private static final long SEVERAL = 512L << 20;

    /** Bytes that training takes one way. */
    interface Estimate {
        long bytes(int rows, boolean checkpointing);
    }

    /**
     * The fastest way that fits and wastes nothing, or where none fits the one that takes least.
     *
     * @param most rows at once at most
     * @param rows if they are given
     * @param checkpointing if it is given
     * @param available bytes
     */
    static Fitting choose(
            int most, @Nullable Integer rows, @Nullable Boolean checkpointing, Estimate estimate, long available) {
        Fitting least = null;
        for (boolean again : checkpointing == null ? List.of(false, true) : List.of(checkpointing)) {
            for (int count = rows == null ? most : rows; count >= 1; count = rows == null ? count / 2 : 0) {
                Fitting way = new Fitting(count, again, estimate.bytes(count, again));
                boolean wasteful = rows == null && count > 1 && way.bytes - estimate.bytes(1, again) > SEVERAL;
                if (way.bytes <= available && !wasteful) {
                    return way;
                }
                least = least == null || way.bytes < least.bytes ? way : least;
            }
        }
        if (least == null) {
            throw new IllegalArgumentException("no row at once: " + most);
        }
        return least;
    }
}
