package dev.vivarium.lab.trajectory;

/** Arithmetic on tables of inner products. */
final class Grams {
    private Grams() {}

    /** Of the rows of a matrix; rows may differ in length, as missing entries are zero. */
    static double[][] ofRows(double[][] rows) {
        int n = rows.length;
        double[][] gram = new double[n][n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j <= i; j++) {
                double sum = 0;
                int width = Math.min(rows[i].length, rows[j].length);
                for (int k = 0; k < width; k++) {
                    sum += rows[i][k] * rows[j][k];
                }
                gram[i][j] = sum;
                gram[j][i] = sum;
            }
        }
        return gram;
    }

    /** Of the sums of the first 1, 2, … vectors, given that of the vectors. */
    static double[][] ofRunningSums(double[][] gram) {
        int n = gram.length;
        double[][] sums = new double[n][n];
        for (int i = 0; i < n; i++) {
            double row = 0;
            for (int j = 0; j < n; j++) {
                row += gram[i][j];
                sums[i][j] = row + (i == 0 ? 0 : sums[i - 1][j]);
            }
        }
        return sums;
    }

    static void add(double[][] sum, double[][] part) {
        for (int i = 0; i < sum.length; i++) {
            for (int j = 0; j < sum.length; j++) {
                sum[i][j] += part[i][j];
            }
        }
    }

    /** A square or oblong part. */
    static double[][] block(double[][] gram, int top, int height, int left, int width) {
        double[][] block = new double[height][width];
        for (int i = 0; i < height; i++) {
            System.arraycopy(gram[top + i], left, block[i], 0, width);
        }
        return block;
    }
}
