package dev.vivarium.engine.adapter;

import dev.vivarium.engine.model.ForwardHooks;
import dev.vivarium.engine.tensor.Device;
import java.util.Map;
import java.util.SortedSet;
import org.bytedeco.pytorch.Tensor;

/**
 * A trained change to a frozen decoder; as {@link ForwardHooks} it acts on all tokens of a pass, which one that acts at some
 * {@link #positions} only refuses.
 */
public sealed interface Adapter extends ForwardHooks permits LoraAdapter, SteeringVector {
    /** The trained tensors by name, in a fixed order; these are what an optimizer moves and a checkpoint holds. */
    Map<String, Tensor> parameters();

    /** The same adapter on other tensors of the same names and shapes. */
    Adapter withParameters(Map<String, Tensor> parameters);

    /** The blocks that compute something else than without it. */
    SortedSet<Integer> blocks();

    /** The first of {@link #blocks}. */
    default int firstBlock() {
        return blocks().first();
    }

    /** The tokens at which it acts. */
    default Positions positions() {
        return Positions.ALL;
    }

    /**
     * Hooks for a batch, valid in the scope it is called in.
     *
     * @param offsets of each row's tokens, as {@link Positions} counts them; equally many in each row
     * @param device of the decoder
     */
    default ForwardHooks forRows(int[][] offsets, Device device) {
        return this;
    }

    /** L2 norm of the change of weights (LoRA: of all s·B·A) or of the added vector; zero means it does nothing. */
    double norm();
}
