package dev.vivarium.engine.model;

import dev.vivarium.engine.tensor.Device;
import dev.vivarium.engine.tensor.Tensors;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Cosines and sines of the rotary embedding for positions 0 … n-1.
 *
 * <p>Dimension i is paired with i + headDim/2, so with the halves of x swapped, x' = x · cos + swap(x) · sin where the first
 * half of the sines is negated. Angles are float32 products, rounded last, as in transformers.
 *
 * @param cos (n, headDim)
 * @param sin (n, headDim), first half negated
 */
record RopeTable(Tensor cos, Tensor sin) {

    static RopeTable of(RopeSettings settings, int headDim, int positions, Compute compute) {
        double[] frequencies = settings.frequencies(headDim);
        int half = headDim / 2;
        float[] cos = new float[positions * headDim];
        float[] sin = new float[positions * headDim];
        for (int position = 0; position < positions; position++) {
            for (int i = 0; i < half; i++) {
                float angle = position * (float) frequencies[i];
                int at = position * headDim + i;
                cos[at] = cos[at + half] = (float) Math.cos(angle);
                sin[at + half] = (float) Math.sin(angle);
                sin[at] = -sin[at + half];
            }
        }
        return new RopeTable(
                Tensors.keep(placed(Tensors.floats(cos, positions, headDim), compute)),
                Tensors.keep(placed(Tensors.floats(sin, positions, headDim), compute)));
    }

    private static Tensor placed(Tensor table, Compute compute) {
        return compute.device().put(table.to(compute.precision().scalarType()));
    }

    int limit() {
        return Math.toIntExact(cos.size(0));
    }

    /** The rows of the table for one pass, broadcastable to (rows, heads, tokens, headDim). */
    RopeTable at(Attention attention) {
        Tensor positions = Device.of(cos).put(attention.positions());
        long headDim = cos.size(1);
        if (positions.dim() == 1) {
            return new RopeTable(torch.index_select(cos, 0, positions), torch.index_select(sin, 0, positions));
        }
        long rows = positions.size(0);
        long tokens = positions.size(1);
        Tensor flat = positions.reshape(rows * tokens);
        return new RopeTable(
                torch.index_select(cos, 0, flat).view(rows, 1, tokens, headDim),
                torch.index_select(sin, 0, flat).view(rows, 1, tokens, headDim));
    }

    /** Turns queries or keys: (rows, heads, tokens, headDim). */
    Tensor turn(Tensor x) {
        long half = x.size(-1) / 2;
        Tensor swapped = Tensors.cat(-1, x.narrow(-1, half, half), x.narrow(-1, 0, half));
        return torch.addcmul(x.mul(cos), swapped, sin);
    }
}
