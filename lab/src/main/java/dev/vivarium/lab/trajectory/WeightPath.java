package dev.vivarium.lab.trajectory;

import java.util.Arrays;

/**
 * Points v_0 … v_(n-1) that weights went through, known by their inner products alone: whatever the width of a model, the
 * geometry of its path is a function of n² numbers.
 */
public final class WeightPath {
    private final int[] steps;
    private final long dimension;
    private final double[][] gram;

    /**
     * @param steps of the points, ascending
     * @param dimension of the space they lie in, which null models need
     * @param gram inner products, (n, n)
     */
    public WeightPath(int[] steps, long dimension, double[][] gram) {
        if (gram.length != steps.length) {
            throw new IllegalArgumentException(steps.length + " steps but " + gram.length + " points");
        }
        this.steps = steps.clone();
        this.dimension = dimension;
        this.gram = gram;
    }

    /** A path through given points, (n, dimension). */
    public static WeightPath through(int[] steps, double[][] points) {
        return new WeightPath(steps, points[0].length, Grams.ofRows(points));
    }

    public int size() {
        return steps.length;
    }

    public int step(int i) {
        return steps[i];
    }

    public int[] steps() {
        return steps.clone();
    }

    public long dimension() {
        return dimension;
    }

    public double dot(int i, int j) {
        return gram[i][j];
    }

    /** L2 norm of a point. */
    public double norm(int i) {
        return Math.sqrt(Math.max(0, gram[i][i]));
    }

    /** ⟨v_a - v_t, v_c - v_t⟩. */
    public double dotFrom(int t, int a, int c) {
        return gram[a][c] - gram[a][t] - gram[c][t] + gram[t][t];
    }

    /** ‖v_a - v_t‖. */
    public double distance(int t, int a) {
        return Math.sqrt(Math.max(0, dotFrom(t, a, a)));
    }

    /** The path through some of the points. */
    public WeightPath at(int[] indices) {
        double[][] part = new double[indices.length][];
        for (int i = 0; i < part.length; i++) {
            double[] row = gram[indices[i]];
            part[i] = Arrays.stream(indices).mapToDouble(j -> row[j]).toArray();
        }
        return new WeightPath(Arrays.stream(indices).map(i -> steps[i]).toArray(), dimension, part);
    }

    /** The same points with other inner products, as null models and bootstraps make them. */
    WeightPath with(double[][] products) {
        return new WeightPath(steps, dimension, products);
    }

    /** Adds the inner products to a sum, in place. */
    void addTo(double[][] sum) {
        Grams.add(sum, gram);
    }
}
