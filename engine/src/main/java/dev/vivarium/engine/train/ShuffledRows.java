package dev.vivarium.engine.train;

import dev.vivarium.engine.base.CounterRandom;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.text.TokenRow;
import java.util.ArrayList;
import java.util.List;

/**
 * Rows in a new counted order each epoch, cut into steps of equal size; the last step of an epoch may be smaller.
 *
 * <p>The order depends on (seed, epoch) alone.
 */
public final class ShuffledRows implements RowSource {
    private final List<TokenRow> rows;
    private final int rowsPerStep;
    private final long seed;

    public ShuffledRows(List<TokenRow> rows, int rowsPerStep, long seed) {
        if (rows.isEmpty()) {
            throw new InputException("there is no row to train on");
        }
        if (rowsPerStep < 1) {
            throw new IllegalArgumentException("rows per step must be positive: " + rowsPerStep);
        }
        this.rows = List.copyOf(rows);
        this.rowsPerStep = rowsPerStep;
        this.seed = seed;
    }

    /** Optimizer steps of one pass over the rows. */
    public int stepsPerEpoch() {
        return (rows.size() + rowsPerStep - 1) / rowsPerStep;
    }

    @Override
    public List<TokenRow> rows(int step) {
        int epoch = step / stepsPerEpoch();
        int start = step % stepsPerEpoch() * rowsPerStep;
        int[] order = CounterRandom.of(seed, "order", epoch).permutation(rows.size());
        List<TokenRow> chosen = new ArrayList<>();
        for (int i = start; i < Math.min(start + rowsPerStep, rows.size()); i++) {
            chosen.add(rows.get(order[i]));
        }
        return chosen;
    }
}
