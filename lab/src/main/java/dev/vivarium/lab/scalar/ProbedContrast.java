package dev.vivarium.lab.scalar;

import dev.vivarium.engine.base.CounterRandom;
import dev.vivarium.lab.statistics.Confidence;
import dev.vivarium.lab.statistics.Probe;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A contrast and how well scalars tell its classes apart.
 *
 * @param positive what there is of the positive class
 * @param negative of the other
 * @param tokens of both classes
 * @param used tokens that the probes took, drawn evenly where there are very many
 * @param probe on the scalars; null where there are too few answers
 * @param control on random directions of equal length at the same places
 * @param tokenGain AUC by token minus that of the control, paired by question
 * @param answerGain the same by answer
 */
public record ProbedContrast(
        Contrast contrast,
        Side positive,
        Side negative,
        int tokens,
        int used,
        @Nullable Probe probe,
        @Nullable Probe control,
        Probe.@Nullable Estimate tokenGain,
        Probe.@Nullable Estimate answerGain) {
    /** Tokens times the square of features that fits take in a short time. */
    private static final long MOST_WORK = 20_000L * 16 * 16;

    /**
     * What there is of a class.
     *
     * @param questions with at least one such answer
     */
    public record Side(int answers, int questions) {
        private static Side of(Contrast contrast, List<ReadAnswer> answers, boolean wanted) {
            List<ReadAnswer> own = answers.stream()
                    .filter(answer -> Boolean.valueOf(wanted).equals(contrast.label(answer)))
                    .toList();
            return new Side(own.size(), (int)
                    own.stream().map(ReadAnswer::cluster).distinct().count());
        }

        boolean isEnough() {
            return answers >= Probe.LEAST_ANSWERS && questions >= Probe.LEAST_QUESTIONS;
        }
    }

    /** An answer of one of the classes. */
    private record Member(ReadAnswer answer, ScalarReading.AnswerTokens tokens, boolean label, int question) {}

    static ProbedContrast of(
            Contrast contrast, List<ReadAnswer> answers, ScalarReading reading, long seed, Confidence confidence) {
        List<Member> members = new ArrayList<>();
        Map<String, Integer> questions = new HashMap<>();
        for (int i = 0; i < answers.size(); i++) {
            ReadAnswer answer = answers.get(i);
            Boolean label = contrast.label(answer);
            if (label != null) {
                int question = questions.computeIfAbsent(answer.cluster(), unused -> questions.size());
                members.add(new Member(answer, reading.answers().get(i), label, question));
            }
        }
        Side positive = Side.of(contrast, answers, true);
        Side negative = Side.of(contrast, answers, false);
        int tokens =
                members.stream().mapToInt(member -> member.tokens.ids().length).sum();
        if (!positive.isEnough() || !negative.isEnough()) {
            return new ProbedContrast(contrast, positive, negative, tokens, 0, null, null, null, null);
        }
        int features = reading.components().size();
        double share = Math.min(1, MOST_WORK / ((double) Math.max(16, features) * Math.max(16, features)) / tokens);
        List<int[]> kept = kept(members, share, CounterRandom.of(seed, "scalars/tokens"));
        Probe.Fit probe = Probe.fit(tokens(members, kept, ScalarReading.AnswerTokens::scalars), seed, confidence);
        Probe.Fit control = Probe.fit(tokens(members, kept, ScalarReading.AnswerTokens::controls), seed, confidence);
        int used = kept.stream().mapToInt(own -> own.length).sum();
        return new ProbedContrast(
                contrast,
                positive,
                negative,
                tokens,
                used,
                probe.probe(),
                control.probe(),
                probe.tokenAucMinus(control),
                probe.answerAucMinus(control));
    }

    /** Places of the tokens that are taken of each answer: about a share of them, and at least one. */
    private static List<int[]> kept(List<Member> members, double share, CounterRandom random) {
        List<int[]> kept = new ArrayList<>();
        long counter = 0;
        for (Member member : members) {
            int all = member.tokens.ids().length;
            List<Integer> own = new ArrayList<>();
            for (int t = 0; t < all; t++) {
                if (share >= 1 || random.uniform(counter++) < share) {
                    own.add(t);
                }
            }
            if (own.isEmpty()) {
                own.add(all / 2);
            }
            kept.add(own.stream().mapToInt(Integer::intValue).toArray());
        }
        return kept;
    }

    private static Probe.Tokens tokens(
            List<Member> members, List<int[]> kept, Function<ScalarReading.AnswerTokens, float[][]> values) {
        int n = kept.stream().mapToInt(own -> own.length).sum();
        double[][] rows = new double[n][];
        boolean[] labels = new boolean[n];
        int[] answer = new int[n];
        int[] question = new int[n];
        int at = 0;
        for (int i = 0; i < members.size(); i++) {
            Member member = members.get(i);
            float[][] own = values.apply(member.tokens);
            for (int t : kept.get(i)) {
                rows[at] = new double[own[t].length];
                for (int j = 0; j < rows[at].length; j++) {
                    rows[at][j] = own[t][j];
                }
                labels[at] = member.label;
                answer[at] = i;
                question[at++] = member.question;
            }
        }
        return new Probe.Tokens(rows, labels, answer, question);
    }

    /** What is missing for a probe; null where nothing is. */
    public @Nullable String missing() {
        return missing(contrast, positive, negative);
    }

    /** The same before anything is read. */
    static @Nullable String missing(Contrast contrast, List<ReadAnswer> answers) {
        return missing(contrast, Side.of(contrast, answers, true), Side.of(contrast, answers, false));
    }

    private static @Nullable String missing(Contrast contrast, Side positive, Side negative) {
        if (positive.isEnough() && negative.isEnough()) {
            return null;
        }
        boolean first = !positive.isEnough();
        Side side = first ? positive : negative;
        return "there are " + side.answers + " answers that are " + (first ? contrast.positive() : contrast.negative())
                + ", to " + side.questions + (side.questions == 1 ? " question" : " questions")
                + "; a probe needs at least " + Probe.LEAST_ANSWERS + ", to at least " + Probe.LEAST_QUESTIONS;
    }
}
