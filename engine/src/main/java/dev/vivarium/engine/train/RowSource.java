package dev.vivarium.engine.train;

import dev.vivarium.engine.text.TokenRow;
import java.util.List;

/**
 * The rows of each optimizer step, as a pure function of the step number, so that a resumed run sees the same rows.
 */
@FunctionalInterface
public interface RowSource {
    /** The rows of step {@code step} (from 0); never empty. */
    List<TokenRow> rows(int step);
}
