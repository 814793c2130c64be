package dev.vivarium.engine.adapter;

import dev.vivarium.engine.model.ForwardHooks;
import java.util.Map;
import java.util.SortedSet;
import org.bytedeco.pytorch.Tensor;

/** A trained change to a frozen decoder; as {@link ForwardHooks} it acts on all rows of a pass. */
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

    /** L2 norm of the change of weights (LoRA: of all s·B·A) or of the added vector; zero means it does nothing. */
    double norm();
}
