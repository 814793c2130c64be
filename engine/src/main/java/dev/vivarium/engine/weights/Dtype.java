package dev.vivarium.engine.weights;

import dev.vivarium.engine.base.InputException;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The element types of safetensors that libtorch can hold.
 *
 * <p>The order is the one in which the reference library lays tensors out, largest alignment first.
 */
enum Dtype {
    I64(8, ScalarType.Long),
    F64(8, ScalarType.Double),
    F32(4, ScalarType.Float),
    I32(4, ScalarType.Int),
    BF16(2, ScalarType.BFloat16),
    F16(2, ScalarType.Half),
    I16(2, ScalarType.Short),
    I8(1, ScalarType.Char),
    U8(1, ScalarType.Byte),
    BOOL(1, ScalarType.Bool);

    private final int bytes;
    private final ScalarType scalarType;

    Dtype(int bytes, ScalarType scalarType) {
        this.bytes = bytes;
        this.scalarType = scalarType;
    }

    /** Size of one element. */
    int bytes() {
        return bytes;
    }

    ScalarType scalarType() {
        return scalarType;
    }

    /** The type a header names; {@code where} is the file and tensor for the error. */
    static Dtype parse(String name, String where) {
        for (Dtype dtype : values()) {
            if (dtype.name().equals(name)) {
                return dtype;
            }
        }
        String known = Arrays.stream(values()).map(Enum::name).collect(Collectors.joining(", "));
        throw new InputException(where + ": dtype \"" + SafetensorsHeader.shown(name)
                + "\" is not supported; convert the tensor to one of " + known);
    }

    static Dtype of(ScalarType type, String tensor) {
        for (Dtype dtype : values()) {
            if (dtype.scalarType == type) {
                return dtype;
            }
        }
        throw new IllegalArgumentException("tensor \"" + tensor + "\": " + type + " has no safetensors type here");
    }
}
