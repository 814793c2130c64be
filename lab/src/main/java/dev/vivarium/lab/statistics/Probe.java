package dev.vivarium.lab.statistics;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.vivarium.engine.base.CounterRandom;
import dev.vivarium.lab.statistics.LassoLogistic.Model;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * How well features of tokens tell two classes of answers apart, by an L1 logistic probe that is tested on questions it has
 * not seen ({@link LassoLogistic}, {@link QuestionFolds}).
 *
 * <p>The penalty is chosen by cross-validation over questions inside each training part; features are standardised there
 * too. Figures are of the log-odds that each token got from the one model that did not see its question. An answer counts
 * with the mean over its tokens. Intervals are for questions like these.
 *
 * @param folds outer folds
 * @param tokenAuc share of pairs of tokens, one of each class, that are in the right order; ties as half
 * @param answerAuc the same of answers
 * @param tokenAccuracy mean of the two classes' shares of tokens on the right side of even odds: 0.5 is chance
 * @param answerAccuracy the same of answers
 * @param coefficients of the features, in their order
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record Probe(
        int folds,
        Estimate tokenAuc,
        Estimate answerAuc,
        Estimate tokenAccuracy,
        Estimate answerAccuracy,
        List<Coefficient> coefficients) {
    /** Answers of a class below which a probe says too little. */
    public static final int LEAST_ANSWERS = 10;

    /** Questions with such answers: two to learn from and one to be tested on. */
    public static final int LEAST_QUESTIONS = 3;

    private static final int MOST_FOLDS = 5;
    private static final int INNER_FOLDS = 4;

    public Probe {
        coefficients = List.copyOf(coefficients);
    }

    /** A figure for questions like these; the interval is null where more than half of the draws have no value. */
    public record Estimate(double value, @Nullable Interval interval) {}

    /**
     * A feature in the models of all folds, per standard deviation of the feature.
     *
     * @param mean over the folds
     * @param sd over the folds
     * @param kept folds whose model uses it at all
     */
    public record Coefficient(double mean, double sd, int kept) {}

    /**
     * Tokens with their classes.
     *
     * @param rows features (tokens, p)
     * @param labels class of each token's answer
     * @param answer number of each token's answer, from 0
     * @param question number of each token's question, from 0
     */
    public record Tokens(double[][] rows, boolean[] labels, int[] answer, int[] question) {
        public Tokens {
            if (labels.length != rows.length || answer.length != rows.length || question.length != rows.length) {
                throw new IllegalArgumentException("every token has one label, answer and question");
            }
        }

        int questions() {
            return 1 + Arrays.stream(question).max().orElse(-1);
        }

        Tokens only(boolean[] questions, boolean wanted) {
            int[] kept = IntStream.range(0, rows.length)
                    .filter(i -> questions[question[i]] == wanted)
                    .toArray();
            double[][] own = new double[kept.length][];
            boolean[] ownLabels = new boolean[kept.length];
            for (int i = 0; i < kept.length; i++) {
                own[i] = rows[kept[i]];
                ownLabels[i] = labels[kept[i]];
            }
            return new Tokens(
                    own,
                    ownLabels,
                    Arrays.stream(kept).map(i -> answer[i]).toArray(),
                    Arrays.stream(kept).map(i -> question[i]).toArray());
        }

        private int[] rowsBy(boolean label) {
            int[] counts = new int[questions()];
            for (int i = 0; i < rows.length; i++) {
                counts[question[i]] += labels[i] == label ? 1 : 0;
            }
            return counts;
        }

        private int[] folds(int most, CounterRandom random) {
            int[] positive = rowsBy(true);
            int[] negative = rowsBy(false);
            int folds = Math.min(most, Math.min(QuestionFolds.count(positive), QuestionFolds.count(negative)));
            return QuestionFolds.of(positive, negative, folds, random);
        }
    }

    /**
     * Fits and tests.
     *
     * @param tokens with at least {@value #LEAST_QUESTIONS} questions of each class
     * @param seed root of the folds
     */
    public static Probe of(Tokens tokens, long seed, Confidence confidence) {
        return fit(tokens, seed, confidence).probe;
    }

    /** The same, with what it takes to be compared with a probe of the same tokens by other features. */
    public static Fit fit(Tokens tokens, long seed, Confidence confidence) {
        int[] fold = tokens.folds(MOST_FOLDS, CounterRandom.of(seed, "probe/folds"));
        int folds = 1 + Arrays.stream(fold).max().orElse(-1);
        double[] logOdds = new double[tokens.rows.length];
        List<Model> models = new ArrayList<>();
        for (int f = 0; f < folds; f++) {
            boolean[] test = members(fold, f);
            Tokens training = tokens.only(test, false);
            LassoLogistic lasso = new LassoLogistic(training.rows, training.labels);
            double penalty = chosen(training, lasso.penalties(), CounterRandom.of(seed, "probe/inner", f));
            Model model = null;
            for (double each : lasso.penalties()) {
                if (each >= penalty) {
                    model = lasso.fit(each);
                }
            }
            if (model == null) {
                throw new IllegalStateException("the penalty is one of the path");
            }
            models.add(model);
            for (int i = 0; i < logOdds.length; i++) {
                if (test[tokens.question[i]]) {
                    logOdds[i] = model.logOdds(tokens.rows[i]);
                }
            }
        }
        Scored ofTokens = Scored.of(tokens, logOdds);
        Scored ofAnswers = Scored.of(byAnswer(tokens), answerMeans(tokens, logOdds));
        Probe probe = new Probe(
                folds,
                ofTokens.auc(confidence),
                ofAnswers.auc(confidence),
                ofTokens.accuracy(confidence),
                ofAnswers.accuracy(confidence),
                coefficients(models));
        return new Fit(probe, ofTokens, ofAnswers, confidence);
    }

    /** A probe and the log-odds that it gave. */
    public static final class Fit {
        private final Probe probe;
        private final Scored tokens;
        private final Scored answers;
        private final Confidence confidence;

        private Fit(Probe probe, Scored tokens, Scored answers, Confidence confidence) {
            this.probe = probe;
            this.tokens = tokens;
            this.answers = answers;
            this.confidence = confidence;
        }

        public Probe probe() {
            return probe;
        }

        /** AUC by token minus that of another probe of the same tokens, the same questions drawn for both. */
        public Estimate tokenAucMinus(Fit other) {
            return tokens.aucMinus(other.tokens, confidence);
        }

        /** The same by answer. */
        public Estimate answerAucMinus(Fit other) {
            return answers.aucMinus(other.answers, confidence);
        }
    }

    /** The penalty with the least log-loss on questions that were left out. */
    private static double chosen(Tokens training, double[] penalties, CounterRandom random) {
        int[] fold = training.folds(INNER_FOLDS, random);
        int folds = 1 + Arrays.stream(fold).max().orElse(-1);
        double[] losses = new double[penalties.length];
        for (int f = 0; f < folds; f++) {
            boolean[] out = members(fold, f);
            Tokens in = training.only(out, false);
            Tokens tested = training.only(out, true);
            LassoLogistic lasso = new LassoLogistic(in.rows, in.labels);
            for (int k = 0; k < penalties.length; k++) {
                losses[k] += loss(lasso.fit(penalties[k]), tested);
            }
        }
        int best = 0;
        for (int k = 1; k < losses.length; k++) {
            best = losses[k] < losses[best] ? k : best;
        }
        return penalties[best];
    }

    /** Mean log-loss, both classes weighing the same where both occur. */
    private static double loss(Model model, Tokens tested) {
        double[] sums = new double[2];
        int[] counts = new int[2];
        for (int i = 0; i < tested.rows.length; i++) {
            int side = tested.labels[i] ? 1 : 0;
            sums[side] += LassoLogistic.loss(model.logOdds(tested.rows[i]), tested.labels[i]);
            counts[side]++;
        }
        return sums[0] / Math.max(1, counts[0]) + sums[1] / Math.max(1, counts[1]);
    }

    private static boolean[] members(int[] fold, int f) {
        boolean[] members = new boolean[fold.length];
        for (int i = 0; i < fold.length; i++) {
            members[i] = fold[i] == f;
        }
        return members;
    }

    private static List<Coefficient> coefficients(List<Model> models) {
        List<Coefficient> coefficients = new ArrayList<>();
        for (int j = 0; j < models.getFirst().standardised().length; j++) {
            int feature = j;
            double[] own = models.stream()
                    .mapToDouble(model -> model.standardised()[feature])
                    .toArray();
            double mean = Arrays.stream(own).average().orElse(0);
            double squares = Arrays.stream(own)
                    .map(value -> (value - mean) * (value - mean))
                    .sum();
            int kept = (int) Arrays.stream(own).filter(value -> value != 0).count();
            coefficients.add(new Coefficient(mean, Math.sqrt(squares / Math.max(1, own.length - 1)), kept));
        }
        return coefficients;
    }

    private static double[] answerMeans(Tokens tokens, double[] logOdds) {
        int answers = 1 + Arrays.stream(tokens.answer).max().orElse(-1);
        double[] sums = new double[answers];
        int[] counts = new int[answers];
        for (int i = 0; i < logOdds.length; i++) {
            sums[tokens.answer[i]] += logOdds[i];
            counts[tokens.answer[i]]++;
        }
        return IntStream.range(0, answers)
                .filter(a -> counts[a] > 0)
                .mapToDouble(a -> sums[a] / counts[a])
                .toArray();
    }

    /** One row for each answer that has tokens, in the order of their numbers. */
    private static Tokens byAnswer(Tokens tokens) {
        int answers = 1 + Arrays.stream(tokens.answer).max().orElse(-1);
        int[] first = new int[answers];
        Arrays.fill(first, -1);
        for (int i = tokens.answer.length - 1; i >= 0; i--) {
            first[tokens.answer[i]] = i;
        }
        int[] there = Arrays.stream(first).filter(i -> i >= 0).toArray();
        boolean[] labels = new boolean[there.length];
        for (int a = 0; a < there.length; a++) {
            labels[a] = tokens.labels[there[a]];
        }
        return new Tokens(
                new double[there.length][0],
                labels,
                IntStream.range(0, there.length).toArray(),
                Arrays.stream(there).map(i -> tokens.question[i]).toArray());
    }

    /** Log-odds by question and class. */
    private record Scored(double[][] negative, double[][] positive) {
        static Scored of(Tokens tokens, double[] logOdds) {
            int k = tokens.questions();
            List<List<Double>> negative = new ArrayList<>();
            List<List<Double>> positive = new ArrayList<>();
            for (int question = 0; question < k; question++) {
                negative.add(new ArrayList<>());
                positive.add(new ArrayList<>());
            }
            for (int i = 0; i < logOdds.length; i++) {
                (tokens.labels[i] ? positive : negative).get(tokens.question[i]).add(logOdds[i]);
            }
            return new Scored(values(negative), values(positive));
        }

        private static double[][] values(List<List<Double>> lists) {
            return lists.stream()
                    .map(list -> list.stream().mapToDouble(Double::doubleValue).toArray())
                    .toArray(double[][]::new);
        }

        Estimate auc(Confidence confidence) {
            return estimate(new Effect(negative, positive)::auc, confidence);
        }

        Estimate aucMinus(Scored other, Confidence confidence) {
            Effect own = new Effect(negative, positive);
            Effect others = new Effect(other.negative, other.positive);
            return estimate(questions -> own.auc(questions) - others.auc(questions), confidence);
        }

        Estimate accuracy(Confidence confidence) {
            double[] right = counts(positive, 1);
            double[] rightNegative = counts(negative, -1);
            double[] all = counts(positive, 0);
            double[] allNegative = counts(negative, 0);
            return estimate(
                    questions -> (Intervals.ratio(right, all, questions)
                                    + Intervals.ratio(rightNegative, allNegative, questions))
                            / 2,
                    confidence);
        }

        /** By question how many are above (1) or at most (-1) even odds, or there at all (0). */
        private static double[] counts(double[][] values, int side) {
            return Arrays.stream(values)
                    .mapToDouble(own -> Arrays.stream(own)
                            .filter(value -> side == 0 || (side > 0 ? value > 0 : value <= 0))
                            .count())
                    .toArray();
        }

        private Estimate estimate(QuestionBootstrap.Statistic statistic, Confidence confidence) {
            int k = negative.length;
            return new Estimate(
                    statistic.of(IntStream.range(0, k).toArray()),
                    new QuestionBootstrap(k, confidence).widened(statistic));
        }
    }
}
