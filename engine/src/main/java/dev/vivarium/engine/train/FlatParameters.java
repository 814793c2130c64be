package dev.vivarium.engine.train;

import dev.vivarium.engine.tensor.Tensors;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * All trained tensors as views of one float32 buffer, and their gradients as views of another.
 *
 * <p>The optimizer, the gradient norm and a checkpoint then work on one tensor however many parameters there are. Each view
 * starts at a multiple of 64 bytes; the gaps stay zero under AdamW because their gradients are zero.
 */
final class FlatParameters implements AutoCloseable {
    private static final long ALIGNMENT = 16; // floats

    private final Tensor values; // (total)
    private final Tensor gradients; // (total)
    private final Map<String, Tensor> leaves = new LinkedHashMap<>();
    private final Map<String, Tensor> gradientViews = new LinkedHashMap<>();

    FlatParameters(Map<String, Tensor> initial) {
        long total = 0;
        List<Long> starts = new ArrayList<>();
        for (Tensor tensor : initial.values()) {
            starts.add(total);
            total += (tensor.numel() + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        }
        try (PointerScope scope = new PointerScope()) {
            values = Tensors.keep(Tensors.zeros(total));
            gradients = Tensors.keep(Tensors.zeros(total));
            int i = 0;
            for (Map.Entry<String, Tensor> entry : initial.entrySet()) {
                Tensor from = entry.getValue().detach();
                long start = starts.get(i++);
                Tensor view = values.narrow(0, start, from.numel()).view(from.shape());
                view.copy_(from);
                Tensor leaf = Tensors.keep(view.detach());
                leaf.requires_grad_(true);
                Tensor gradient = Tensors.keep(gradients
                        .narrow(0, start, from.numel())
                        .view(from.shape())
                        .detach());
                // autograd adds into a gradient that is already there, so it lands in the flat buffer
                leaf.mutable_grad().put(gradient);
                leaves.put(entry.getKey(), leaf);
                gradientViews.put(entry.getKey(), gradient);
            }
        }
    }

    /** The tensors to compute with, by name; they require gradients. */
    Map<String, Tensor> leaves() {
        return Collections.unmodifiableMap(leaves);
    }

    /** Gradients by name. */
    Map<String, Tensor> gradientViews() {
        return Collections.unmodifiableMap(gradientViews);
    }

    Tensor values() {
        return values;
    }

    Tensor gradients() {
        return gradients;
    }

    @Override
    public void close() {
        leaves.values().forEach(Tensors::free);
        gradientViews.values().forEach(Tensors::free);
        Tensors.free(values);
        Tensors.free(gradients);
    }
}
