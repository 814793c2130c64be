package dev.vivarium.engine.tensor;

import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.openblas.global.openblas_nolapack;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The numbers of a float32 tensor as BLAS sees them, for products of many small matrices with one vector each.
 *
 * <p>libtorch's own product of a batch ({@code bmm}) makes a tensor of every matrix and vector on the way, which takes several times
 * as long as 64 keys with one query do ({@code docs/LOG.md}). Valid as long as the tensor; one thread at a time.
 */
public final class Floats {
    private static final int ROW_MAJOR = 101;
    private static final int PLAIN = 111;
    private static final int TRANSPOSED = 112;

    private final FloatPointer pointer;

    private Floats(FloatPointer pointer) {
        this.pointer = pointer;
    }

    /**
     * Of a tensor without gaps, in a scope.
     *
     * @throws IllegalArgumentException if it is not contiguous float32 on the CPU
     */
    public static Floats of(Tensor tensor) {
        if (tensor.is_cuda() || !tensor.is_contiguous() || Tensors.type(tensor) != ScalarType.Float) {
            throw new IllegalArgumentException("not contiguous float32 in main memory");
        }
        return new Floats(new FloatPointer(tensor.data_ptr()));
    }

    /** Where so many numbers begin. */
    private FloatPointer at(long index) {
        return pointer.position(index);
    }

    /** result ← M v, of {@code this} as a matrix M (rows, columns) and a vector v (columns), each from an index on. */
    public void times(long matrix, int rows, int columns, Floats vector, long from, Floats result, long to) {
        openblas_nolapack.cblas_sgemv(
                ROW_MAJOR, PLAIN, rows, columns, 1, at(matrix), columns, vector.at(from), 1, 0, result.at(to), 1);
    }

    /** result ← result + Mᵀ v, of {@code this} as a matrix M (rows, columns) and a vector v (rows), each from an index on. */
    public void addTransposedTimes(
            long matrix, int rows, int columns, Floats vector, long from, Floats result, long to) {
        openblas_nolapack.cblas_sgemv(
                ROW_MAJOR, TRANSPOSED, rows, columns, 1, at(matrix), columns, vector.at(from), 1, 1, result.at(to), 1);
    }
}
