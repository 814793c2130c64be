package dev.vivarium.engine.train;

import dev.vivarium.engine.model.ModelConfig;
import dev.vivarium.engine.model.Precision;

/**
 * Sizes that rows are padded to, so that products come in few shapes.
 *
 * <p>oneDNN, which multiplies in bfloat16, compiles a kernel for each shape it meets and keeps about a thousand: for small
 * models that took more time and memory than the products. OpenBLAS, which multiplies in float32, compiles nothing, so
 * nothing is padded there. A step is an eighth of the size or less, on average a sixteenth is padding.
 */
public final class Widths {
    private static final int SMALLEST_STEP = 16;
    private static final int STEPS_AN_OCTAVE = 8;

    private Widths() {}

    /** The length that texts of {@code tokens} are padded to. */
    public static int ofText(int tokens, ModelConfig config, Precision precision) {
        int padded = Math.toIntExact(of(tokens, precision));
        return Math.max(tokens, Math.min(padded, config.maxPositions()));
    }

    /** The number that {@code count} rows of a product are padded to. */
    public static long of(long count, Precision precision) {
        if (precision == Precision.FLOAT32) {
            return count;
        }
        long step = Math.max(SMALLEST_STEP, Long.highestOneBit(Math.max(1, count)) / STEPS_AN_OCTAVE);
        return (count + step - 1) / step * step;
    }
}
