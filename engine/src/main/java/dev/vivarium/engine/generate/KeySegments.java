package dev.vivarium.engine.generate;

import dev.vivarium.engine.model.Decoder;
import dev.vivarium.engine.model.ModelConfig;
import dev.vivarium.engine.tensor.Device;
import dev.vivarium.engine.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * The keys and values that the rows of a block have of their own, those behind the prompt, in segments of {@link #SIZE}
 * tokens; a segment is made when the first row needs it.
 *
 * <p>Each product of attention is over one whole segment, so all rows of all lengths go through products of one shape.
 */
final class KeySegments implements AutoCloseable {
    /** Tokens of a segment. */
    static final int SIZE = 64;

    private final ModelConfig config;
    private final Device device;
    private final TensorOptions options;
    private final int places;
    private final List<Tensor> segments = new ArrayList<>(); // (layers, 2, places, kvHeads, SIZE, headDim)
    private List<Target> targets = List.of();

    /** Rows of one step that write to one segment: where to in its flattened places, and which rows if not all. */
    private record Target(
            int segment, Tensor slots, @Nullable Tensor sources) {}

    KeySegments(Decoder decoder, int places) {
        this.config = decoder.config();
        this.device = decoder.device();
        this.options = device.options(decoder.precision().scalarType());
        this.places = places;
    }

    /** Segments that so many tokens take. */
    static int count(int tokens) {
        return (tokens + SIZE - 1) / SIZE;
    }

    /**
     * Prepares a step, in its scope.
     *
     * @param positions where each of the first rows writes, counted from its first own token
     * @return segments that it takes
     */
    int prepare(int[] positions) {
        int last = Arrays.stream(positions).max().orElse(0) / SIZE;
        while (segments.size() <= last) {
            segments.add(Tensors.keep(torch.zeros(
                    new long[] {config.layers(), 2, places, config.kvHeads(), SIZE, config.headDim()}, options)));
        }
        targets = new ArrayList<>();
        for (int segment = 0; segment <= last; segment++) {
            Target target = target(segment, positions);
            if (target != null) {
                targets.add(target);
            }
        }
        return last + 1;
    }

    private @Nullable Target target(int segment, int[] positions) {
        int heads = config.kvHeads();
        long[] slots = new long[positions.length * heads];
        long[] sources = new long[positions.length * heads];
        int found = 0;
        for (int row = 0; row < positions.length; row++) {
            if (positions[row] / SIZE == segment) {
                for (int head = 0; head < heads; head++) {
                    sources[found] = (long) row * heads + head;
                    slots[found] = sources[found] * SIZE + positions[row] % SIZE;
                    found++;
                }
            }
        }
        if (found == 0) {
            return null;
        }
        boolean all = found == slots.length;
        return new Target(
                segment,
                device.put(Tensors.longs(Arrays.copyOf(slots, found), found)),
                all ? null : device.put(Tensors.longs(Arrays.copyOf(sources, found), found)));
    }

    /** Writes the new keys and values of the step: (rows, kvHeads, 1, headDim) each. */
    void write(int layer, Tensor key, Tensor value) {
        for (Target target : targets) {
            Tensor own = segments.get(target.segment).select(0, layer);
            write(own.select(0, 0), target, key);
            write(own.select(0, 1), target, value);
        }
    }

    private void write(Tensor to, Target target, Tensor rows) {
        Tensor flat = rows.reshape(-1, config.headDim());
        to.view(-1, config.headDim())
                .index_copy_(0, target.slots, target.sources == null ? flat : flat.index_select(0, target.sources));
    }

    /** Of the first rows: (rows · kvHeads, {@link #SIZE}, headDim). */
    Tensor keys(int layer, int segment, int rows) {
        return part(layer, segment, 0, rows);
    }

    /** As {@link #keys}. */
    Tensor values(int layer, int segment, int rows) {
        return part(layer, segment, 1, rows);
    }

    private Tensor part(int layer, int segment, int which, int rows) {
        return part(layer, segment, which)
                .narrow(0, 0, rows)
                .view((long) rows * config.kvHeads(), SIZE, config.headDim());
    }

    /** Keys (0) or values (1) of all places: (places, kvHeads, {@link #SIZE}, headDim). */
    Tensor part(int layer, int segment, int which) {
        return segments.get(segment).select(0, layer).select(0, which);
    }

    /** Copies the first {@code tokens} of a row from another block or another place of this one; call in a scope. */
    void take(int place, KeySegments from, int fromPlace, int tokens) {
        for (int segment = 0; segment < count(tokens); segment++) {
            if (segment == segments.size()) {
                segments.add(Tensors.keep(torch.zeros_like(from.segments.get(segment))));
            }
            segments.get(segment)
                    .narrow(2, place, 1)
                    .copy_(from.segments.get(segment).narrow(2, fromPlace, 1));
        }
    }

    @Override
    public void close() {
        segments.forEach(Tensors::free);
        segments.clear();
    }
}
