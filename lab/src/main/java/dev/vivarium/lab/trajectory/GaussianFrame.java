package dev.vivarium.lab.trajectory;

import dev.vivarium.engine.base.CounterRandom;
import java.util.random.RandomGenerator;

/**
 * Independent standard normal vectors of a high-dimensional space, up to a rotation of the space: all that their inner
 * products need. The factor of a Wishart matrix is triangular, with chi variates on its diagonal (Bartlett 1933; Anderson
 * 2003, "Multivariate statistical analysis", section 7.2), so the cost does not depend on the dimension.
 */
final class GaussianFrame {
    private final RandomGenerator random;

    private GaussianFrame(RandomGenerator random) {
        this.random = random;
    }

    /** n vectors of a space of {@code dimension}; a row that is shorter than others has zeros behind. */
    static double[][] rows(int n, long dimension, CounterRandom random) {
        return new GaussianFrame(random.generator()).rows(n, dimension);
    }

    private double[][] rows(int n, long dimension) {
        double[][] rows = new double[n][];
        for (int i = 0; i < n; i++) {
            boolean triangular = i < dimension;
            rows[i] = new double[triangular ? i + 1 : (int) dimension];
            for (int k = 0; k < rows[i].length; k++) {
                rows[i][k] = triangular && k == i ? chi(dimension - i) : normal();
            }
        }
        return rows;
    }

    private double normal() {
        return random.nextGaussian();
    }

    /** Square root of a chi-squared variate. */
    private double chi(long degrees) {
        if (degrees == 1) {
            return Math.abs(normal());
        }
        // Gamma variate of shape degrees / 2 >= 1 (Marsaglia and Tsang 2000, "A simple method for generating gamma
        // variables")
        double d = degrees / 2.0 - 1.0 / 3;
        double c = 1 / Math.sqrt(9 * d);
        while (true) {
            double x = normal();
            double v = Math.pow(1 + c * x, 3);
            double u = random.nextDouble();
            if (v > 0 && Math.log(u) < x * x / 2 + d - d * v + d * Math.log(v)) {
                return Math.sqrt(2 * d * v);
            }
        }
    }
}
