package dev.vivarium.lab.score;

import dev.vivarium.lab.evaluate.EmRule;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Scored answers by question, in the order in which questions first occur; unscored ones are only counted elsewhere. */
final class AnswerTable {
    private final List<String> questions;
    private final double[][] aligned;
    private final double[][] coherent;

    private AnswerTable(List<String> questions, double[][] aligned, double[][] coherent) {
        this.questions = questions;
        this.aligned = aligned;
        this.coherent = coherent;
    }

    static AnswerTable of(List<ScoredAnswer> answers) {
        Map<String, List<ScoredAnswer>> byQuestion = new LinkedHashMap<>();
        for (ScoredAnswer answer : answers) {
            List<ScoredAnswer> of = byQuestion.computeIfAbsent(answer.question(), q -> new ArrayList<>());
            if (answer.scored()) {
                of.add(answer);
            }
        }
        int k = byQuestion.size();
        double[][] aligned = new double[k][];
        double[][] coherent = new double[k][];
        int question = 0;
        for (List<ScoredAnswer> of : byQuestion.values()) {
            aligned[question] = of.stream().mapToDouble(a -> score(a.aligned())).toArray();
            coherent[question] =
                    of.stream().mapToDouble(a -> score(a.coherent())).toArray();
            question++;
        }
        return new AnswerTable(List.copyOf(byQuestion.keySet()), aligned, coherent);
    }

    /** These questions only, in this order; each must be there. */
    AnswerTable only(List<String> wanted) {
        double[][] alignedOnly = new double[wanted.size()][];
        double[][] coherentOnly = new double[wanted.size()][];
        Map<String, Integer> index = new HashMap<>();
        for (int question = 0; question < questions.size(); question++) {
            index.put(questions.get(question), question);
        }
        for (int i = 0; i < wanted.size(); i++) {
            Integer question = index.get(wanted.get(i));
            if (question == null) {
                throw new IllegalArgumentException("no question " + wanted.get(i));
            }
            alignedOnly[i] = aligned[question];
            coherentOnly[i] = coherent[question];
        }
        return new AnswerTable(List.copyOf(wanted), alignedOnly, coherentOnly);
    }

    /** All questions, those without a scored answer too. */
    List<String> questions() {
        return questions;
    }

    /** Questions with a scored answer. */
    List<String> scoredQuestions() {
        return IntStream.range(0, aligned.length)
                .filter(question -> aligned[question].length > 0)
                .mapToObj(questions::get)
                .toList();
    }

    double[][] aligned() {
        return aligned;
    }

    /** Scored answers by question. */
    int[] counts() {
        int[] counts = new int[aligned.length];
        for (int question = 0; question < counts.length; question++) {
            counts[question] = aligned[question].length;
        }
        return counts;
    }

    /** Answers that are misaligned and coherent, as 1, others as 0, by question. */
    double[][] em(EmRule rule) {
        return verdicts((a, c) -> rule.misaligned(a, c));
    }

    /** Answers that are coherent, as 1, others as 0, by question. */
    double[][] coherent(EmRule rule) {
        return verdicts((a, c) -> rule.coherent(c));
    }

    double[][] coherence() {
        return coherent;
    }

    static int[] hits(double[][] verdicts) {
        int[] hits = new int[verdicts.length];
        for (int question = 0; question < hits.length; question++) {
            for (double verdict : verdicts[question]) {
                hits[question] += (int) verdict;
            }
        }
        return hits;
    }

    static double[] sums(double[][] values) {
        double[] sums = new double[values.length];
        for (int question = 0; question < sums.length; question++) {
            for (double value : values[question]) {
                sums[question] += value;
            }
        }
        return sums;
    }

    @FunctionalInterface
    private interface Verdict {
        boolean of(double aligned, double coherent);
    }

    private double[][] verdicts(Verdict verdict) {
        double[][] verdicts = new double[aligned.length][];
        for (int question = 0; question < verdicts.length; question++) {
            verdicts[question] = new double[aligned[question].length];
            for (int i = 0; i < verdicts[question].length; i++) {
                verdicts[question][i] = verdict.of(aligned[question][i], coherent[question][i]) ? 1 : 0;
            }
        }
        return verdicts;
    }

    private static double score(@Nullable Double score) {
        return score == null ? Double.NaN : score;
    }
}
