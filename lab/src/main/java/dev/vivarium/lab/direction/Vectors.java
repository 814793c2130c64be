package dev.vivarium.lab.direction;

/** Lengths and angles of vectors, summed in float64. */
final class Vectors {
    private Vectors() {}

    static double dot(float[] a, float[] b) {
        if (a.length != b.length) {
            throw new IllegalArgumentException("vectors of " + a.length + " and " + b.length + " values");
        }
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (double) a[i] * b[i];
        }
        return sum;
    }

    static double norm(float[] vector) {
        return Math.sqrt(dot(vector, vector));
    }

    static double cosine(float[] a, float[] b) {
        return Math.clamp(dot(a, b) / (norm(a) * norm(b)), -1, 1);
    }
}
