package dev.vivarium.lab.trajectory;

import dev.vivarium.engine.base.CounterRandom;
import java.util.Arrays;
import java.util.Locale;

/**
 * Paths that only look like the observed one, drawn by the seed (protocol.md App. A (5)).
 *
 * <p>They are drawn as inner products, so a draw costs n² to n³ operations and no vector of weights.
 */
final class PathNull {
    private final WeightPath path;
    private final CounterRandom random;
    private final double[] lengths;

    /** What a drawn path shares with the observed one. */
    enum Kind {
        /** Start and the length of every step; all directions are independent. */
        RANDOM_WALK,
        /** The two ends and the pace; the wobble between neighbours becomes independent noise of the same size. */
        STRAIGHT_LINE,
        /** The steps themselves, in another order of blocks. */
        BLOCK_SHUFFLE;

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    PathNull(WeightPath path, CounterRandom random) {
        this.path = path;
        this.random = random;
        this.lengths = new double[path.size()];
        lengths[0] = path.norm(0);
        for (int i = 1; i < lengths.length; i++) {
            lengths[i] = path.distance(i - 1, i);
        }
    }

    /**
     * One path.
     *
     * @param block steps in a block, for the kind that shuffles
     */
    WeightPath draw(Kind kind, int block, int draw) {
        CounterRandom own = random.child(kind.word(), draw);
        return path.with(
                switch (kind) {
                    case RANDOM_WALK -> randomWalk(own);
                    case STRAIGHT_LINE -> straightLine(own);
                    case BLOCK_SHUFFLE -> shuffled(own, block);
                });
    }

    private double[][] randomWalk(CounterRandom own) {
        double[][] steps = GaussianFrame.rows(lengths.length, path.dimension(), own);
        for (int i = 0; i < steps.length; i++) {
            double norm = Math.sqrt(
                    Arrays.stream(steps[i]).map(value -> value * value).sum());
            for (int k = 0; k < steps[i].length; k++) {
                steps[i][k] *= lengths[i] / norm;
            }
        }
        return Grams.ofRunningSums(Grams.ofRows(steps));
    }

    /** In the plane of the origin and the two ends the path is known; noise leaves it into all directions. */
    private double[][] straightLine(CounterRandom own) {
        int n = path.size();
        double startNorm = path.norm(0);
        double endAlong = startNorm > 0 ? path.dot(0, n - 1) / startNorm : 0;
        double endAcross = Math.sqrt(Math.max(0, path.dot(n - 1, n - 1) - endAlong * endAlong));
        double whole = Arrays.stream(lengths).skip(1).sum();
        double[][] around = GaussianFrame.rows(n, Math.max(1, path.dimension() - 2), own);
        CounterRandom within = own.child("plane");
        double noise = noise() / Math.sqrt(path.dimension());
        double[][] points = new double[n][];
        double gone = 0;
        for (int t = 0; t < n; t++) {
            gone += t == 0 ? 0 : lengths[t];
            double share = whole > 0 ? gone / whole : 0;
            double size = noise * pace(t);
            points[t] = new double[around[t].length + 2];
            points[t][0] = startNorm + share * (endAlong - startNorm) + size * within.gaussian(2L * t);
            points[t][1] = share * endAcross + size * within.gaussian(2L * t + 1);
            for (int k = 0; k < around[t].length; k++) {
                points[t][k + 2] = size * around[t][k];
            }
        }
        return Grams.ofRows(points);
    }

    private double[][] shuffled(CounterRandom own, int block) {
        int steps = path.size() - 1;
        int[] order = new int[steps];
        int filled = 0;
        // the first block may be shorter, so that the joints do not always lie at the same steps
        int shift = own.below(Math.min(block, steps), 0);
        int blocks = Math.ceilDiv(steps + shift, block);
        for (int drawn : own.child("order").permutation(blocks)) {
            for (int i = Math.max(0, drawn * block - shift); i < Math.min(steps, (drawn + 1) * block - shift); i++) {
                order[filled++] = i;
            }
        }
        double[][] moves = new double[steps + 1][steps + 1];
        for (int i = 0; i <= steps; i++) {
            for (int j = 0; j <= steps; j++) {
                moves[i][j] = move(i == 0 ? -1 : order[i - 1], j == 0 ? -1 : order[j - 1]);
            }
        }
        return Grams.ofRunningSums(moves);
    }

    /** Inner product of two steps; -1 is the one from the origin to the first point. */
    private double move(int i, int j) {
        if (i < 0 && j < 0) {
            return path.dot(0, 0);
        }
        if (i < 0 || j < 0) {
            int step = Math.max(i, j);
            return path.dot(0, step + 1) - path.dot(0, step);
        }
        return path.dot(i + 1, j + 1) - path.dot(i + 1, j) - path.dot(i, j + 1) + path.dot(i, j);
    }

    /**
     * Distance of a point from the middle of its neighbours, over the length of its steps, as the norm of independent noise
     * at every point: three such noises add up to 3/2 of its square. The median over points, so that a turn does not count
     * as noise.
     */
    double noise() {
        double[] levels = new double[Math.max(0, path.size() - 2)];
        for (int t = 1; t <= levels.length; t++) {
            double square = path.dot(t, t)
                    + (path.dot(t - 1, t - 1) + path.dot(t + 1, t + 1)) / 4
                    + path.dot(t - 1, t + 1) / 2
                    - path.dot(t, t - 1)
                    - path.dot(t, t + 1);
            double pace = pace(t);
            levels[t - 1] = pace > 0 ? Math.sqrt(Math.max(0, square) / 1.5) / pace : 0;
        }
        return levels.length == 0 ? 0 : LocalCosine.median(levels);
    }

    /** Mean length of the steps beside a point. */
    private double pace(int t) {
        if (t == 0) {
            return lengths[1];
        }
        return t == lengths.length - 1 ? lengths[t] : (lengths[t] + lengths[t + 1]) / 2;
    }
}
