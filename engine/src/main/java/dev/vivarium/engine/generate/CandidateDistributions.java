package dev.vivarium.engine.generate;

/**
 * Distributions over a few tokens each.
 *
 * @param ids for each row its tokens, best first
 * @param weights for each row their probabilities, summing to one
 * @param vocab size of the vocabulary
 */
record CandidateDistributions(int[][] ids, double[][] weights, int vocab) implements Distributions {
    @Override
    public int draw(int row, double uniform) {
        double[] own = weights[row];
        double passed = 0;
        int last = 0;
        for (int i = 0; i < own.length; i++) {
            passed += own[i];
            if (passed > uniform) {
                return ids[row][i];
            }
            last = own[i] > 0 ? i : last;
        }
        return ids[row][last];
    }

    @Override
    public double logProbability(int row, int token) {
        for (int i = 0; i < ids[row].length; i++) {
            if (ids[row][i] == token) {
                return Math.log(weights[row][i]);
            }
        }
        return Double.NEGATIVE_INFINITY;
    }

    @Override
    public double[] probabilities(int row) {
        double[] all = new double[vocab];
        for (int i = 0; i < ids[row].length; i++) {
            all[ids[row][i]] = weights[row][i];
        }
        return all;
    }
}
