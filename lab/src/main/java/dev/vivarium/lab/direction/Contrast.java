package dev.vivarium.lab.direction;

import dev.vivarium.engine.capture.CellSums;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The difference of two means of activations, v = mean(positive) − mean(negative) (protocol.md App. A (12)), and how far it
 * would be another one had other texts been drawn. Every vector that halves and bootstrap samples give is a combination of the
 * sums of cells, so all their angles follow from the inner products of those.
 */
final class Contrast {
    private final Cells cells;
    private final CellSums positive;
    private final CellSums negative;
    private final Weighting weighting;
    private final Resampling resampling;

    /**
     * @param paired whether both sides are the same texts, read in two ways: then they are drawn together
     */
    Contrast(Cells cells, CellSums positive, CellSums negative, Weighting weighting, boolean paired, long seed) {
        this.cells = cells;
        this.positive = positive;
        this.negative = negative;
        this.weighting = weighting;
        List<Integer> up = filled(positive);
        List<Integer> down = filled(negative);
        Set<Integer> groups = new HashSet<>();
        up.forEach(cell -> groups.add(cells.group(cell)));
        down.forEach(cell -> groups.add(cells.group(cell)));
        boolean within = Math.min(up.size(), down.size()) > groups.size() || groups.size() < 2;
        this.resampling = new Resampling(cells.size(), up, down, cells::group, paired, within, seed);
    }

    private List<Integer> filled(CellSums moments) {
        List<Integer> filled = new ArrayList<>();
        for (int cell = 0; cell < cells.size(); cell++) {
            if (moments.tokens(cell) > 0) {
                filled.add(cell);
            }
        }
        return filled;
    }

    /** The difference at a layer. */
    float[] vector(int layer) {
        return narrow(combine(layer, coefficients(Resampling.ones(cells.size()), weighting), weighting));
    }

    /** Cosine of the difference and the one that the other weighting gives. */
    double otherWeighting(int layer) {
        Weighting other = weighting == Weighting.TOKEN ? Weighting.RESPONSE : Weighting.TOKEN;
        float[] otherwise = narrow(combine(layer, coefficients(Resampling.ones(cells.size()), other), other));
        return Vectors.cosine(vector(layer), otherwise);
    }

    /** Differences of bootstrap samples of questions, or of answers where there is but one question. */
    float[][] draws(int layer) {
        List<float[]> draws = new ArrayList<>();
        for (Resampling.Weights weights : resampling.kept()) {
            double[] coefficients = coefficients(weights, weighting);
            draws.add(narrow(combine(layer, coefficients, weighting)));
        }
        return draws.toArray(float[][]::new);
    }

    Reliability reliability(int layer) {
        double[][] gram = gram(layer);
        return resampling.reliability(weights -> coefficients(weights, weighting), (a, b) -> cosine(gram, a, b));
    }

    /** What each cell's sum counts in a difference, those of the positive side first. */
    private double @Nullable [] tryCoefficients(Resampling.Weights weights, Weighting by) {
        int size = cells.size();
        double up = 0;
        double down = 0;
        for (int cell = 0; cell < size; cell++) {
            up += weights.positive()[cell] * count(positive, cell, by);
            down += weights.negative()[cell] * count(negative, cell, by);
        }
        if (up == 0 || down == 0) {
            return null;
        }
        double[] coefficients = new double[2 * size];
        for (int cell = 0; cell < size; cell++) {
            coefficients[cell] = weights.positive()[cell] / up;
            coefficients[size + cell] = -weights.negative()[cell] / down;
        }
        return coefficients;
    }

    private double[] coefficients(Resampling.Weights weights, Weighting by) {
        double[] coefficients = tryCoefficients(weights, by);
        if (coefficients == null) {
            throw new IllegalStateException("a sample without one of the sides");
        }
        return coefficients;
    }

    private static double count(CellSums moments, int cell, Weighting by) {
        return by == Weighting.TOKEN ? moments.tokens(cell) : moments.texts(cell);
    }

    private double[] sum(int layer, int index, Weighting by) {
        CellSums moments = index < cells.size() ? positive : negative;
        int cell = index % cells.size();
        return by == Weighting.TOKEN ? moments.tokenSum(layer, cell) : moments.textSum(layer, cell);
    }

    private double[] combine(int layer, double[] coefficients, Weighting by) {
        double[] vector = new double[positive.hidden()];
        for (int index = 0; index < coefficients.length; index++) {
            if (coefficients[index] != 0) {
                double[] sum = sum(layer, index, by);
                for (int i = 0; i < vector.length; i++) {
                    vector[i] += coefficients[index] * sum[i];
                }
            }
        }
        return vector;
    }

    private double[][] gram(int layer) {
        int n = 2 * cells.size();
        double[][] sums = new double[n][];
        for (int i = 0; i < n; i++) {
            sums[i] = sum(layer, i, weighting);
        }
        double[][] gram = new double[n][n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j <= i; j++) {
                double dot = 0;
                for (int k = 0; k < sums[i].length; k++) {
                    dot += sums[i][k] * sums[j][k];
                }
                gram[i][j] = dot;
                gram[j][i] = dot;
            }
        }
        return gram;
    }

    private static double cosine(double[][] gram, double[] a, double[] b) {
        return dot(gram, a, b) / Math.sqrt(dot(gram, a, a) * dot(gram, b, b));
    }

    private static double dot(double[][] gram, double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            if (a[i] != 0) {
                double row = 0;
                for (int j = 0; j < b.length; j++) {
                    row += gram[i][j] * b[j];
                }
                sum += a[i] * row;
            }
        }
        return sum;
    }

    private static float[] narrow(double[] vector) {
        float[] narrow = new float[vector.length];
        for (int i = 0; i < narrow.length; i++) {
            narrow[i] = (float) vector[i];
        }
        return narrow;
    }
}
