package dev.vivarium.lab.trajectory;

/** Inner products of changes s · B · A, which are never formed: ⟨B_i A_i, B_j A_j⟩ = ⟨B_iᵀ B_j, A_i A_jᵀ⟩. */
final class Changes {
    private Changes() {}

    /** Adds those of one place of rank 1. */
    static void addRankOne(double[][] sum, double[][] a, double[][] b, double scale) {
        for (int i = 0; i < sum.length; i++) {
            for (int j = 0; j < sum.length; j++) {
                sum[i][j] += scale * scale * a[i][j] * b[i][j];
            }
        }
    }

    /** Adds those of one place, given the inner products of all rank components of all n adapters. */
    static void add(double[][] sum, double[][] a, double[][] b, int r, double scale) {
        for (int i = 0; i < sum.length; i++) {
            for (int j = 0; j < sum.length; j++) {
                sum[i][j] += scale * scale * dot(a, b, i * r, r, j * r, r);
            }
        }
    }

    /** ⟨B_i A_i, B_j A_j⟩ of adapters whose components begin at {@code i} and {@code j}. */
    static double dot(double[][] a, double[][] b, int i, int rankI, int j, int rankJ) {
        double dot = 0;
        for (int p = i; p < i + rankI; p++) {
            for (int q = j; q < j + rankJ; q++) {
                dot += a[p][q] * b[p][q];
            }
        }
        return dot;
    }

    /**
     * ‖X_tᵀ X_T‖_F / (‖X_t‖_F ‖X_T‖_F) for every t, T being the last, as ‖XᵀY‖² = tr(X Xᵀ Y Yᵀ).
     *
     * @param grams X Xᵀ of every checkpoint, (n, L, L)
     */
    static double[] compScores(double[][][] grams) {
        double[][] last = grams[grams.length - 1];
        double[] scores = new double[grams.length];
        for (int t = 0; t < scores.length; t++) {
            double squares = 0;
            for (int i = 0; i < last.length; i++) {
                for (int j = 0; j < last.length; j++) {
                    squares += grams[t][i][j] * last[j][i];
                }
            }
            scores[t] = Math.sqrt(Math.max(0, squares)) / Math.sqrt(trace(grams[t]) * trace(last));
        }
        return scores;
    }

    private static double trace(double[][] gram) {
        double trace = 0;
        for (int i = 0; i < gram.length; i++) {
            trace += gram[i][i];
        }
        return trace;
    }
}
