package dev.vivarium.lab.statistics;

import dev.vivarium.engine.base.CounterRandom;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** Folds of cross-validation that hold whole questions, so that no question is learnt from and tested on. */
public final class QuestionFolds {
    private QuestionFolds() {}

    /**
     * Deals questions out so that each fold has as near a like share of both classes as whole questions allow.
     *
     * @param positive rows of the positive class by question
     * @param negative rows of the other by question
     * @param folds at most the number of questions with rows of either class
     * @return the fold of each question; -1 for questions without rows
     */
    public static int[] of(int[] positive, int[] negative, int folds, CounterRandom random) {
        int k = positive.length;
        double all = Math.max(1, Arrays.stream(positive).sum());
        double others = Math.max(1, Arrays.stream(negative).sum());
        boolean rare = count(positive) <= count(negative);
        int[] shuffled = random.permutation(k);
        // questions of the class that fewer have come first, so that each fold gets one of them
        List<Integer> order = IntStream.of(shuffled)
                .boxed()
                .filter(question -> positive[question] + negative[question] > 0)
                .sorted(Comparator.comparingInt(question -> (rare ? positive : negative)[question] > 0 ? 0 : 1))
                .toList();
        double[] load = new double[folds];
        double[] otherLoad = new double[folds];
        int[] fold = new int[k];
        Arrays.fill(fold, -1);
        for (int question : order) {
            double share = positive[question] / all;
            double otherShare = negative[question] / others;
            int best = 0;
            double least = Double.POSITIVE_INFINITY;
            for (int f = 0; f < folds; f++) {
                double cost = share * load[f] + otherShare * otherLoad[f];
                if (cost < least) {
                    least = cost;
                    best = f;
                }
            }
            fold[question] = best;
            load[best] += share;
            otherLoad[best] += otherShare;
        }
        return fold;
    }

    /** How many questions have rows of a class. */
    public static int count(int[] rows) {
        return (int) Arrays.stream(rows).filter(n -> n > 0).count();
    }
}
