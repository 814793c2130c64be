package dev.vivarium.engine.train;

import dev.vivarium.engine.tensor.Device;
import dev.vivarium.engine.tensor.Tensors;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * All trained tensors as views of one float32 buffer, and their gradients as views of another.
 *
 * <p>The optimizer, the gradient norm and a checkpoint then work on one tensor however many parameters there are. Each view
 * starts at a multiple of 64 bytes; the gaps stay zero under AdamW because their gradients are zero.
 *
 * <p>Each lane that computes beside others has gradients of its own; {@link #gather} adds them up in the order of the lanes,
 * so that the sum does not depend on who was first.
 */
final class FlatParameters implements AutoCloseable {
    private static final long ALIGNMENT = 16; // floats

    private final Tensor values; // (total)
    private final List<Lane> lanes = new ArrayList<>();

    /** One lane's gradients (total) and its tensors by name: leaves over the shared values, and views of its gradients. */
    private record Lane(Tensor gradients, Map<String, Tensor> leaves, Map<String, Tensor> gradientViews) {}

    /**
     * @param laneCount lanes that compute side by side, one or more
     * @param device where to train; the initial values may lie elsewhere
     */
    FlatParameters(Map<String, Tensor> initial, int laneCount, Device device) {
        long total = 0;
        List<Long> starts = new ArrayList<>();
        for (Tensor tensor : initial.values()) {
            starts.add(total);
            total += (tensor.numel() + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        }
        try (PointerScope scope = new PointerScope()) {
            values = Tensors.keep(torch.zeros(new long[] {total}, device.options(ScalarType.Float)));
            int i = 0;
            for (Tensor from : initial.values()) {
                values.narrow(0, starts.get(i++), from.numel())
                        .view(from.shape())
                        .copy_(from.detach());
            }
            for (int lane = 0; lane < laneCount; lane++) {
                lanes.add(lane(initial, starts));
            }
        }
    }

    private Lane lane(Map<String, Tensor> initial, List<Long> starts) {
        Lane lane = new Lane(Tensors.keep(torch.zeros_like(values)), new LinkedHashMap<>(), new LinkedHashMap<>());
        int i = 0;
        for (Map.Entry<String, Tensor> entry : initial.entrySet()) {
            long size = entry.getValue().numel();
            long[] shape = entry.getValue().shape();
            long start = starts.get(i++);
            Tensor leaf = Tensors.keep(values.narrow(0, start, size).view(shape).detach());
            leaf.requires_grad_(true);
            Tensor gradient = Tensors.keep(
                    lane.gradients.narrow(0, start, size).view(shape).detach());
            // autograd adds into a gradient that is already there, so it lands in the flat buffer
            leaf.mutable_grad().put(gradient);
            lane.leaves.put(entry.getKey(), leaf);
            lane.gradientViews.put(entry.getKey(), gradient);
        }
        return lane;
    }

    /** The tensors a lane computes with, by name; they require gradients. */
    Map<String, Tensor> leaves(int lane) {
        return Collections.unmodifiableMap(lanes.get(lane).leaves);
    }

    /** Gradients by name, after {@link #gather}. */
    Map<String, Tensor> gradientViews() {
        return Collections.unmodifiableMap(lanes.getFirst().gradientViews);
    }

    Tensor values() {
        return values;
    }

    /** All gradients, after {@link #gather}. */
    Tensor gradients() {
        return lanes.getFirst().gradients;
    }

    /** Makes the gradients of all lanes zero. */
    void clear() {
        lanes.forEach(lane -> lane.gradients.zero_());
    }

    /** Adds the other lanes' gradients to those of the first. */
    void gather() {
        for (Lane lane : lanes.subList(1, lanes.size())) {
            gradients().add_(lane.gradients);
            lane.gradients.zero_();
        }
    }

    @Override
    public void close() {
        for (Lane lane : lanes) {
            lane.leaves.values().forEach(Tensors::free);
            lane.gradientViews.values().forEach(Tensors::free);
            Tensors.free(lane.gradients);
        }
        Tensors.free(values);
    }
}
