package dev.vivarium.lab.trajectory;

import dev.vivarium.engine.tensor.SymmetricEigen;
import java.util.Arrays;

/**
 * Principal components of a path's points, from their inner products (protocol.md App. A (7)).
 *
 * @param shares of the variance about the mean point, largest first, at most {@value #MOST}
 * @param scores of the points on the components, (n, components); the last point's is positive
 * @param turn the step at which the second score lies furthest from the straight course between its first and last value;
 *     -1 with fewer than two components
 */
public record PathPca(double[] shares, double[][] scores, int turn) {
    private static final int MOST = 5;

    /** What is below this share of the variance is rounding. */
    private static final double LEAST_SHARE = 1e-10;

    /** Over all points of a path. */
    public static PathPca of(WeightPath path) {
        int n = path.size();
        double[] mean = new double[n];
        double all = 0;
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                mean[i] += path.dot(i, j) / n;
            }
            all += mean[i] / n;
        }
        double[][] centred = new double[n][n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                centred[i][j] = path.dot(i, j) - mean[i] - mean[j] + all;
            }
        }
        SymmetricEigen parts = SymmetricEigen.of(centred);
        double[] variances = parts.values();
        double total = Arrays.stream(variances).filter(variance -> variance > 0).sum();
        int components = (int) Arrays.stream(variances)
                .limit(MOST)
                .filter(variance -> variance > LEAST_SHARE * total)
                .count();
        double[][] scores = new double[n][components];
        double[] shares = new double[components];
        for (int k = 0; k < components; k++) {
            double[] vector = parts.vectors()[k];
            double size = Math.sqrt(variances[k]) * (vector[n - 1] < 0 ? -1 : 1);
            shares[k] = variances[k] / total;
            for (int i = 0; i < n; i++) {
                scores[i][k] = vector[i] * size;
            }
        }
        return new PathPca(shares, scores, components < 2 ? -1 : turn(path, scores));
    }

    private static int turn(WeightPath path, double[][] scores) {
        int last = path.size() - 1;
        double range = path.step(last) - path.step(0);
        int furthest = 0;
        double distance = -1;
        for (int i = 0; i <= last; i++) {
            double share = (path.step(i) - path.step(0)) / range;
            double course = scores[0][1] + share * (scores[last][1] - scores[0][1]);
            if (Math.abs(scores[i][1] - course) > distance) {
                distance = Math.abs(scores[i][1] - course);
                furthest = i;
            }
        }
        return path.step(furthest);
    }
}
