package dev.vivarium.lab.direction;

import dev.vivarium.engine.capture.Moments;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A first principal component and how far it would be another one had other questions been asked. Halves and bootstrap samples
 * combine the second moments of parts within the first components of all, which hold nearly all variance.
 */
final class PrincipalDirection {
    private static final int MOST_STEPS = 2000;
    private static final double SETTLED = 1e-16;

    private final Moments.Principal principal;
    private final Resampling resampling;
    private final double sign;

    PrincipalDirection(Moments.Principal principal, long seed) {
        this.principal = principal;
        List<Integer> filled = IntStream.range(0, principal.parts().length)
                .filter(part -> principal.parts()[part].tokens() > 0)
                .boxed()
                .toList();
        this.resampling = new Resampling(principal.parts().length, filled, filled, part -> part, true, false, seed);
        double mean = 0;
        for (Moments.Part part : principal.parts()) {
            mean += part.sum()[0];
        }
        this.sign = mean < 0 ? -1 : 1;
    }

    /** Of the length of one standard deviation, on the side of the mean. */
    float[] vector() {
        double[] first = new double[principal.values().length];
        first[0] = Math.sqrt(principal.values()[0]);
        return wide(first);
    }

    Reliability reliability() {
        return resampling.reliability(this::component, (a, b) -> Math.abs(dot(a, b)));
    }

    float[][] draws() {
        List<float[]> draws = new ArrayList<>();
        for (Resampling.Weights weights : resampling.kept()) {
            draws.add(wide(component(weights)));
        }
        return draws.toArray(float[][]::new);
    }

    /** The first component of weighted parts, of length one and on the side of that of all. */
    private double[] component(Resampling.Weights weights) {
        int k = principal.values().length;
        double[] sum = new double[k];
        double[][] squares = new double[k][k];
        double tokens = 0;
        for (int p = 0; p < principal.parts().length; p++) {
            Moments.Part part = principal.parts()[p];
            double weight = weights.positive()[p];
            tokens += weight * part.tokens();
            for (int i = 0; i < k; i++) {
                sum[i] += weight * part.sum()[i];
                for (int j = 0; j < k; j++) {
                    squares[i][j] += weight * part.squares()[i][j];
                }
            }
        }
        for (int i = 0; i < k; i++) {
            for (int j = 0; j < k; j++) {
                squares[i][j] = squares[i][j] / tokens - sum[i] / tokens * sum[j] / tokens;
            }
        }
        return first(squares);
    }

    /** By power iteration from the first component of all, which keeps its side. */
    private static double[] first(double[][] matrix) {
        double[] vector = new double[matrix.length];
        vector[0] = 1;
        for (int step = 0; step < MOST_STEPS; step++) {
            double[] next = new double[vector.length];
            double squares = 0;
            for (int i = 0; i < next.length; i++) {
                next[i] = dot(matrix[i], vector);
                squares += next[i] * next[i];
            }
            double norm = Math.sqrt(squares);
            double moved = 0;
            for (int i = 0; i < next.length; i++) {
                next[i] /= norm;
                moved += (next[i] - vector[i]) * (next[i] - vector[i]);
            }
            vector = next;
            if (moved < SETTLED) {
                break;
            }
        }
        return vector;
    }

    private float[] wide(double[] coordinates) {
        float[] vector = new float[principal.vectors()[0].length];
        for (int k = 0; k < coordinates.length; k++) {
            for (int i = 0; i < vector.length; i++) {
                vector[i] += (float) (sign * coordinates[k] * principal.vectors()[k][i]);
            }
        }
        return vector;
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }
}
