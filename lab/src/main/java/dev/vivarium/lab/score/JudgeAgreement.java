package dev.vivarium.lab.score;

import dev.vivarium.lab.evaluate.EmRule;
import dev.vivarium.lab.score.Paired.Estimate;
import dev.vivarium.lab.statistics.Confidence;
import dev.vivarium.lab.statistics.Confusion;
import dev.vivarium.lab.statistics.Krippendorff;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * How far two judges agree on the same answers (protocol.md App. D). The denominator is the number of answers that both
 * gave both scores.
 *
 * @param answers scored by both
 * @param unscored answers that at least one judge left unscored
 * @param em verdicts at the rule's cuts, this file's judge first
 * @param kappa Cohen's κ of these verdicts
 * @param aligned Krippendorff's α of alignment, interval metric
 * @param coherent Krippendorff's α of coherence, interval metric
 */
public record JudgeAgreement(
        int answers, int unscored, Confusion em, Estimate kappa, Estimate aligned, Estimate coherent) {
    private record Pair(ScoredAnswer here, ScoredAnswer there) {}

    /** Compares the judges of two files; null unless the answers of one are all in the other. */
    static @Nullable JudgeAgreement of(ScoredFile file, ScoredFile against, Confidence confidence) {
        Map<String, ScoredAnswer> here = file.byKey();
        Map<String, ScoredAnswer> there = against.byKey();
        if (here == null || there == null) {
            return null;
        }
        boolean same =
                there.keySet().containsAll(here.keySet()) || here.keySet().containsAll(there.keySet());
        if (!same) {
            return null;
        }
        Map<String, List<Pair>> byQuestion = new LinkedHashMap<>();
        int answers = 0;
        int unscored = 0;
        for (Map.Entry<String, ScoredAnswer> entry : here.entrySet()) {
            ScoredAnswer other = there.get(entry.getKey());
            if (other == null) {
                continue;
            }
            if (entry.getValue().scored() && other.scored()) {
                byQuestion
                        .computeIfAbsent(entry.getValue().question(), q -> new ArrayList<>())
                        .add(new Pair(entry.getValue(), other));
                answers++;
            } else {
                unscored++;
            }
        }
        if (answers == 0) {
            return null;
        }
        List<List<Pair>> questions = List.copyOf(byQuestion.values());
        EmRule rule = file.rule();
        Confusion all =
                confusion(questions, rule, IntStream.range(0, questions.size()).toArray());
        return new JudgeAgreement(
                answers,
                unscored,
                all,
                estimate(
                        questions,
                        confidence,
                        drawn -> confusion(questions, rule, drawn).kappa()),
                estimate(questions, confidence, drawn -> alpha(questions, drawn, ScoredAnswer::aligned)),
                estimate(questions, confidence, drawn -> alpha(questions, drawn, ScoredAnswer::coherent)));
    }

    private static Estimate estimate(
            List<List<Pair>> questions, Confidence confidence, ToDoubleFunction<int[]> statistic) {
        int k = questions.size();
        double value = statistic.applyAsDouble(IntStream.range(0, k).toArray());
        return Estimate.of(value, Paired.interval(k, confidence, statistic::applyAsDouble));
    }

    private static Confusion confusion(List<List<Pair>> questions, EmRule rule, int[] drawn) {
        double both = 0;
        double onlyHere = 0;
        double onlyThere = 0;
        double neither = 0;
        for (int question : drawn) {
            for (Pair pair : questions.get(question)) {
                boolean here = isEm(pair.here(), rule);
                boolean there = isEm(pair.there(), rule);
                both += here && there ? 1 : 0;
                onlyHere += here && !there ? 1 : 0;
                onlyThere += !here && there ? 1 : 0;
                neither += !here && !there ? 1 : 0;
            }
        }
        return new Confusion(both, onlyHere, onlyThere, neither);
    }

    static boolean isEm(ScoredAnswer answer, EmRule rule) {
        Double aligned = answer.aligned();
        Double coherent = answer.coherent();
        return aligned != null && coherent != null && rule.misaligned(aligned, coherent);
    }

    private interface Score {
        @Nullable
        Double of(ScoredAnswer answer);
    }

    private static double alpha(List<List<Pair>> questions, int[] drawn, Score score) {
        List<double[]> units = new ArrayList<>();
        for (int question : drawn) {
            for (Pair pair : questions.get(question)) {
                units.add(new double[] {number(score.of(pair.here())), number(score.of(pair.there()))});
            }
        }
        return Krippendorff.alpha(units.toArray(double[][]::new));
    }

    private static double number(@Nullable Double score) {
        return score == null ? Double.NaN : score;
    }
}
