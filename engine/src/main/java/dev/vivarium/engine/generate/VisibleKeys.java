package dev.vivarium.engine.generate;

import dev.vivarium.engine.model.Reach;
import dev.vivarium.engine.tensor.Tensors;
import java.util.Arrays;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Which cached positions the rows of a block see: all they have, or the last ones of a sliding window.
 *
 * <p>Kept as the mask that attention adds to its scores, and changed by a position or two a row at each step. A place always
 * has one visible position at least.
 */
final class VisibleKeys implements AutoCloseable {
    private final int window;
    private final int capacity;
    private final Tensor mask; // (places, 1, 1, capacity), 0 where visible and -infinity elsewhere
    private final Tensor flat;

    /** @param window positions a token sees, its own included; {@link Reach#ALL} for no limit */
    VisibleKeys(int window, int places, int capacity) {
        this.window = window;
        this.capacity = capacity;
        this.mask = Tensors.keep(torch.full(
                new long[] {places, 1, 1, capacity},
                new Scalar(Double.NEGATIVE_INFINITY),
                new TensorOptions(ScalarType.Float)));
        this.flat = Tensors.keep(mask.view(-1));
        mask.narrow(3, 0, 1).zero_();
    }

    /** A row with {@code tokens} cached positions comes to a place. */
    void admit(int place, int tokens) {
        int seen = Math.min(window, tokens);
        Tensor own = mask.narrow(0, place, 1);
        own.fill_(new Scalar(Double.NEGATIVE_INFINITY));
        own.narrow(3, (long) tokens - seen, seen).zero_();
    }

    /** A row comes from a place of another block or of this one. */
    void take(int place, VisibleKeys from, int fromPlace) {
        mask.narrow(0, place, 1).copy_(from.mask.narrow(0, fromPlace, 1));
    }

    /** The rows of the first places have got a new position each. */
    void step(long[] positions) {
        long[] shown = new long[positions.length];
        long[] hidden = new long[positions.length];
        int passed = 0;
        for (int place = 0; place < positions.length; place++) {
            long start = (long) place * capacity;
            shown[place] = start + positions[place];
            if (positions[place] >= window) {
                hidden[passed++] = start + positions[place] - window;
            }
        }
        flat.index_fill_(0, Tensors.longs(shown, shown.length), new Scalar(0.0));
        if (passed > 0) {
            flat.index_fill_(
                    0, Tensors.longs(Arrays.copyOf(hidden, passed), passed), new Scalar(Double.NEGATIVE_INFINITY));
        }
    }

    /** The mask of some places over the first keys: (count, 1, 1, keys). */
    TensorOptional of(int from, int count, int keys) {
        return new TensorOptional(mask.narrow(0, from, count).narrow(3, 0, keys));
    }

    @Override
    public void close() {
        Tensors.free(flat);
        Tensors.free(mask);
    }
}
