package dev.vivarium.engine.tensor;

/**
 * How many rows of float32 values are worked on together, so that several operations in a row find them in a core's cache.
 *
 * <p>Softmax and what follows it over many rows of a large vocabulary wait for memory: by few rows they take half the time
 * for 50,000 columns and a third for 150,000.
 */
public final class CacheRows {
    private static final int VALUES = 1 << 19; // 2 MiB

    private CacheRows() {}

    /** Rows of so many columns, one at least; as many as there are on a GPU, which waits for its caller more than for memory. */
    public static int of(int columns, Device device) {
        return device.cuda() ? Integer.MAX_VALUE : Math.max(1, VALUES / columns);
    }
}
