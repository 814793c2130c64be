package dev.vivarium.lab.trajectory;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.vivarium.engine.tensor.SymmetricEigen;
import java.util.Arrays;
import org.hipparchus.linear.MatrixUtils;
import org.hipparchus.linear.RealMatrix;
import org.hipparchus.linear.SingularValueDecomposition;
import org.jspecify.annotations.Nullable;

/**
 * Principal angles between two spaces, each spanned by rank components (Björck and Golub 1973; protocol.md App. A (6)).
 *
 * @param meanCos2 mean of the squared cosines over the dimensions of the smaller space: 1 where it lies in the other, 0
 *     where they are orthogonal
 * @param smallestAngle in degrees
 * @param largestAngle in degrees
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record SubspaceOverlap(double meanCos2, double smallestAngle, double largestAngle) {
    /** Directions weaker than this share of the strongest, in variance, are rounding and span nothing. */
    private static final double LEAST_VARIANCE = 1e-10;

    private static final SubspaceOverlap NONE = new SubspaceOverlap(Double.NaN, Double.NaN, Double.NaN);

    /**
     * Of the spaces that the vectors x and y span.
     *
     * @param xx inner products among x
     * @param xy inner products of x (rows) with y (columns)
     * @param yy inner products among y
     * @return NaN in all parts where one spans nothing
     */
    static SubspaceOverlap of(double[][] xx, double[][] xy, double[][] yy) {
        RealMatrix x = whitening(xx);
        RealMatrix y = whitening(yy);
        if (x == null || y == null) {
            return NONE;
        }
        RealMatrix between =
                x.transpose().multiply(MatrixUtils.createRealMatrix(xy)).multiply(y);
        double[] cosines = Arrays.stream(new SingularValueDecomposition(between).getSingularValues())
                .map(cosine -> Math.min(1, cosine))
                .toArray();
        double squares = Arrays.stream(cosines).map(cosine -> cosine * cosine).sum();
        return new SubspaceOverlap(
                squares / cosines.length,
                Math.toDegrees(Math.acos(cosines[0])),
                Math.toDegrees(Math.acos(cosines[cosines.length - 1])));
    }

    /** What turns the vectors into an orthonormal basis of their span; null where they span nothing. */
    private static @Nullable RealMatrix whitening(double[][] gram) {
        SymmetricEigen parts = SymmetricEigen.of(gram);
        double[] variances = parts.values();
        if (!(variances[0] > 0)) {
            return null;
        }
        int rank = (int) Arrays.stream(variances)
                .filter(variance -> variance > LEAST_VARIANCE * variances[0])
                .count();
        RealMatrix basis = MatrixUtils.createRealMatrix(gram.length, rank);
        for (int k = 0; k < rank; k++) {
            double length = Math.sqrt(variances[k]);
            basis.setColumn(
                    k,
                    Arrays.stream(parts.vectors()[k])
                            .map(entry -> entry / length)
                            .toArray());
        }
        return basis;
    }
}
