package dev.vivarium.engine.tensor;

import java.util.Arrays;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Eigenvalues and eigenvectors of a symmetric matrix in float64, by LAPACK: implementations in Java do not converge on the
 * nearly singular tables of inner products that smooth paths have.
 *
 * @param values largest first
 * @param vectors of length one, in the same order
 */
public record SymmetricEigen(double[] values, double[][] vectors) {
    /** Of the symmetric part of {@code matrix}, which rounding may have left a little skewed. */
    public static SymmetricEigen of(double[][] matrix) {
        int n = matrix.length;
        double[] flat = new double[n * n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                flat[i * n + j] = (matrix[i][j] + matrix[j][i]) / 2;
            }
        }
        try (PointerScope scope = new PointerScope()) {
            T_TensorTensor_T parts = torch.linalg_eigh(Tensor.create(flat, n, n));
            double[] ascending = doubles(parts.get0());
            double[] columns = doubles(parts.get1().t().contiguous());
            double[] values = new double[n];
            double[][] vectors = new double[n][];
            for (int k = 0; k < n; k++) {
                values[k] = ascending[n - 1 - k];
                vectors[k] = Arrays.copyOfRange(columns, (n - 1 - k) * n, (n - k) * n);
            }
            return new SymmetricEigen(values, vectors);
        }
    }

    private static double[] doubles(Tensor tensor) {
        double[] values = new double[Math.toIntExact(tensor.numel())];
        new DoublePointer(tensor.data_ptr()).get(values);
        return values;
    }
}
