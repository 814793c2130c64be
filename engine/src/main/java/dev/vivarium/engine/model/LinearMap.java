package dev.vivarium.engine.model;

import dev.vivarium.engine.tensor.PackedWeight;
import dev.vivarium.engine.tensor.Products;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * y = x Wᵀ + b, where the weight is either as it was stored or packed.
 *
 * @param weight (out, in), or null
 * @param packed the same, or null
 * @param bias (out)
 */
record LinearMap(
        @Nullable Tensor weight,
        @Nullable PackedWeight packed,
        @Nullable Tensor bias) {
    LinearMap {
        if ((weight == null) == (packed == null)) {
            throw new IllegalArgumentException("a linear map has its weight once");
        }
    }

    /** (…, in) to (…, out). */
    Tensor apply(Tensor x) {
        return packed == null ? Products.linear(x, plain(), bias) : packed.times(x, bias);
    }

    /** The weight, which gradients need as it was stored. */
    Tensor plain() {
        if (weight == null) {
            throw PackedWeight.noGradient();
        }
        return weight;
    }
}
