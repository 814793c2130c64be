package dev.vivarium.engine.model;

import dev.vivarium.engine.tensor.Tensors;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The number format of weights and activations; a decoder takes it from its tensors.
 *
 * <p>With {@link #BFLOAT16} matrix products read and write bfloat16 and sum in float32, as in transformers; norms, softmax
 * and loss are computed in float32, and what is trained stays float32.
 */
public enum Precision {
    FLOAT32(ScalarType.Float, 4),
    BFLOAT16(ScalarType.BFloat16, 2);

    private final ScalarType scalarType;
    private final int bytes;

    Precision(ScalarType scalarType, int bytes) {
        this.scalarType = scalarType;
        this.bytes = bytes;
    }

    /** libtorch's name of it. */
    public ScalarType scalarType() {
        return scalarType;
    }

    /** Size of one value. */
    public int bytes() {
        return bytes;
    }

    /** The nearest value of this format, by way of float32. */
    double round(double value) {
        try (PointerScope scope = new PointerScope()) {
            return Tensors.floats(new float[] {(float) value}, 1).to(scalarType).item_double();
        }
    }

    static Precision of(ScalarType type) {
        for (Precision precision : values()) {
            if (precision.scalarType == type) {
                return precision;
            }
        }
        throw new IllegalArgumentException("a decoder computes in float32 or bfloat16, not in " + type);
    }
}
