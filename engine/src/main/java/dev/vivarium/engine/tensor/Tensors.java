package dev.vivarium.engine.tensor;

import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Tensors from and to Java arrays, and their lifetime.
 *
 * <p>Lifetime rule of the engine: every step, decoded token or capture opens one {@code PointerScope}; a tensor that must
 * outlive the scope it was made in goes through {@link #keep} and, when it is no longer needed, {@link #free}.
 */
public final class Tensors {
    private Tensors() {}

    /** A float32 tensor with a copy of {@code values}, in row-major order. */
    public static Tensor floats(float[] values, long... shape) {
        return Tensor.create(values, shape);
    }

    /** An int64 tensor with a copy of {@code values}. */
    public static Tensor longs(long[] values, long... shape) {
        return Tensor.create(values, shape);
    }

    /** Float32 zeros. */
    public static Tensor zeros(long... shape) {
        return filled(ScalarType.Float, shape);
    }

    /** Int64 zeros. */
    public static Tensor zeroLongs(long... shape) {
        return filled(ScalarType.Long, shape);
    }

    /** 0, 1, … n-1 as int64. */
    public static Tensor range(long n) {
        long[] values = new long[Math.toIntExact(n)];
        for (int i = 0; i < values.length; i++) {
            values[i] = i;
        }
        return longs(values, n);
    }

    /** A copy of the values as float32, in row-major order, from wherever the tensor lies. */
    public static float[] toFloats(Tensor tensor) {
        try (Tensor plain = tensor.detach();
                Tensor wide = plain.to(ScalarType.Float);
                Tensor near = wide.cpu();
                Tensor dense = near.contiguous()) {
            float[] values = new float[Math.toIntExact(dense.numel())];
            if (values.length > 0) {
                new FloatPointer(dense.data_ptr()).get(values);
            }
            return values;
        }
    }

    /** A copy of the values as int64, in row-major order, from wherever the tensor lies. */
    public static long[] toLongs(Tensor tensor) {
        try (Tensor wide = tensor.to(ScalarType.Long);
                Tensor near = wide.cpu();
                Tensor dense = near.contiguous()) {
            long[] values = new long[Math.toIntExact(dense.numel())];
            if (values.length > 0) {
                new LongPointer(dense.data_ptr()).get(values);
            }
            return values;
        }
    }

    /** The number format; libtorch hands out a new constant each time, so {@code scalar_type()} never equals another. */
    public static ScalarType type(Tensor tensor) {
        return tensor.scalar_type().intern();
    }

    /** Makes a tensor survive the scope it was made in; returns it. */
    public static Tensor keep(Tensor tensor) {
        return tensor.retainReference();
    }

    /** Gives up a tensor kept with {@link #keep}. */
    public static void free(Tensor tensor) {
        tensor.releaseReference();
    }

    /** Gives a tensor kept with {@link #keep} over to the innermost open scope; returns it. */
    public static Tensor release(Tensor tensor) {
        PointerScope scope = PointerScope.getInnerScope();
        if (scope == null) {
            throw new IllegalStateException("no scope is open to take the tensor over");
        }
        return release(tensor, scope);
    }

    /** Gives a tensor kept with {@link #keep} over to an open scope; returns it. */
    public static Tensor release(Tensor tensor, PointerScope scope) {
        scope.attach(tensor);
        tensor.releaseReference();
        return tensor;
    }

    /** Concatenation along a dimension. */
    public static Tensor cat(long dimension, Tensor... parts) {
        return torch.cat(new TensorVector(parts), dimension);
    }

    /** Whether two tensors hold the same bits: same shape, and every value equal. */
    public static boolean same(Tensor a, Tensor b) {
        return torch.equal(a, b);
    }

    private static Tensor filled(ScalarType type, long... shape) {
        return torch.zeros(shape, new TensorOptions(type));
    }
}
