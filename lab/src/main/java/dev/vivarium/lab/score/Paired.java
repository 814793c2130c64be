package dev.vivarium.lab.score;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.lab.evaluate.EmRule;
import dev.vivarium.lab.statistics.Confidence;
import dev.vivarium.lab.statistics.Effect;
import dev.vivarium.lab.statistics.Interval;
import dev.vivarium.lab.statistics.QuestionBootstrap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * One file compared with another on the questions that both have scored answers to (protocol.md App. D).
 *
 * <p>Differences are paired: the mean over questions of the question's rate (or mean) here minus there, each question
 * counting once, so that unequal numbers of answers do not mix questions in different shares. Intervals for questions
 * like these draw questions, the same on both sides. Cohen's d and the AUC are over all answers to these questions.
 *
 * @param against the other file
 * @param questions how many are compared
 * @param left ids of questions with scored answers in one file only, which are left out
 * @param em difference of EM rates
 * @param coherent difference of coherent rates
 * @param aligned difference of mean alignment, the mean shift
 * @param cohensD mean alignment here minus there over the pooled standard deviation
 * @param auc share of pairs of answers in which the other file's is better aligned
 * @param agreement of the two judges, where both files hold the same answers; else null
 */
public record Paired(
        ScoredFile against,
        int questions,
        List<String> left,
        Difference em,
        Difference coherent,
        Difference aligned,
        Estimate cohensD,
        Estimate auc,
        @Nullable JudgeAgreement agreement) {
    /** The AUC keeps a number for each pair of questions. */
    private static final int MOST_QUESTIONS = 4_000;

    /**
     * A paired difference.
     *
     * @param here mean over questions in the file
     * @param there mean over questions in the other one
     * @param theseQuestions answers drawn anew within each question
     * @param bootstrap percentiles over questions, null with one question
     * @param questionsLikeThese the same widened for the number of questions, null with one question
     */
    public record Difference(
            double here,
            double there,
            @Nullable Interval theseQuestions,
            @Nullable Interval bootstrap,
            @Nullable Interval questionsLikeThese) {
        /** here - there. */
        public double value() {
            return here - there;
        }

        /** What files say of it: each component by its name, and {@code value}. */
        public Map<String, @Nullable Object> json() {
            Map<String, @Nullable Object> json = new LinkedHashMap<>();
            json.put("here", here);
            json.put("there", there);
            json.put("value", value());
            json.put("these_questions", theseQuestions);
            json.put("bootstrap", bootstrap);
            json.put("questions_like_these", questionsLikeThese);
            return json;
        }
    }

    /**
     * A quantity and its interval.
     *
     * @param value null where it is undefined
     * @param interval null where it is undefined
     */
    public record Estimate(@Nullable Double value, @Nullable Interval interval) {
        static Estimate of(double value, @Nullable Interval interval) {
            return Double.isNaN(value) ? new Estimate(null, null) : new Estimate(value, interval);
        }
    }

    public Paired {
        left = List.copyOf(left);
    }

    /** What files say of it: questions compared, and the differences of EM, coherence and mean alignment. */
    public Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("questions", questions);
        json.put("em", em.json());
        json.put("coherent", coherent.json());
        json.put("aligned", aligned.json());
        return json;
    }

    /**
     * Compares two files.
     *
     * @throws InputException if they share no question
     */
    public static Paired of(ScoredFile file, ScoredFile against, Confidence confidence) {
        AnswerTable all = AnswerTable.of(file.answers());
        AnswerTable allThere = AnswerTable.of(against.answers());
        Set<String> there = new HashSet<>(allThere.scoredQuestions());
        List<String> shared =
                all.scoredQuestions().stream().filter(there::contains).toList();
        if (shared.isEmpty()) {
            throw new InputException(file.file() + " and " + against.file() + " have no question with scored answers in"
                    + " common (question \"" + all.questions().getFirst() + "\" here, \""
                    + allThere.questions().getFirst() + "\" there), so they cannot be compared");
        }
        if (shared.size() > MOST_QUESTIONS) {
            throw new InputException(file.file() + " and " + against.file() + " share " + shared.size()
                    + " questions; at most " + MOST_QUESTIONS + " can be compared");
        }
        Set<String> left = new LinkedHashSet<>(all.questions());
        left.addAll(allThere.questions());
        left.removeAll(new HashSet<>(shared));
        AnswerTable these = all.only(shared);
        AnswerTable others = allThere.only(shared);
        EmRule rule = file.rule();
        Effect effect = new Effect(these.aligned(), others.aligned());
        int k = shared.size();
        int[] everyQuestion = IntStream.range(0, k).toArray();
        return new Paired(
                against,
                k,
                List.copyOf(left),
                difference(these.em(rule), others.em(rule), confidence),
                difference(these.coherent(rule), others.coherent(rule), confidence),
                difference(these.aligned(), others.aligned(), confidence),
                Estimate.of(effect.cohensD(everyQuestion), interval(k, confidence, effect::cohensD)),
                Estimate.of(effect.auc(everyQuestion), interval(k, confidence, effect::auc)),
                JudgeAgreement.of(file, against, confidence));
    }

    static @Nullable Interval interval(int k, Confidence confidence, QuestionBootstrap.Statistic statistic) {
        return k < 2 ? null : new QuestionBootstrap(k, confidence).widened(statistic);
    }

    private static Difference difference(double[][] here, double[][] there, Confidence confidence) {
        int k = here.length;
        double[] means = means(here);
        double[] meansThere = means(there);
        double[][] both = new double[2 * k][];
        System.arraycopy(here, 0, both, 0, k);
        System.arraycopy(there, 0, both, k, k);
        ToDoubleFunction<double[]> ofMeans = drawn -> {
            double sum = 0;
            for (int question = 0; question < k; question++) {
                sum += drawn[question] - drawn[k + question];
            }
            return sum / k;
        };
        QuestionBootstrap.Statistic paired = questions -> {
            double sum = 0;
            for (int question : questions) {
                sum += means[question] - meansThere[question];
            }
            return sum / k;
        };
        return new Difference(
                mean(means),
                mean(meansThere),
                QuestionBootstrap.theseQuestions(both, confidence, ofMeans),
                k < 2 ? null : new QuestionBootstrap(k, confidence).percentiles(paired),
                interval(k, confidence, paired));
    }

    private static double[] means(double[][] values) {
        double[] means = new double[values.length];
        for (int question = 0; question < means.length; question++) {
            means[question] = mean(values[question]);
        }
        return means;
    }

    private static double mean(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return sum / values.length;
    }
}
