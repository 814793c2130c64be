package dev.vivarium.lab.score;

import dev.vivarium.lab.evaluate.EmRule;
import dev.vivarium.lab.score.Paired.Estimate;
import dev.vivarium.lab.statistics.Confidence;
import dev.vivarium.lab.statistics.Confusion;
import dev.vivarium.lab.statistics.Krippendorff;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.hipparchus.stat.correlation.SpearmansCorrelation;
import org.jspecify.annotations.Nullable;

/**
 * How far two judges agree on the same answers (protocol.md App. D). The denominator is the number of answers that both
 * gave both scores.
 *
 * @param models files on either side, each holding the answers of one model
 * @param answers scored by both
 * @param unscored answers that at least one judge left unscored
 * @param em verdicts at the rule's cuts, this file's judge first
 * @param kappa Cohen's κ of these verdicts
 * @param aligned Krippendorff's α of alignment, interval metric
 * @param coherent Krippendorff's α of coherence, interval metric
 * @param rank Spearman's rank correlation of alignment, equal scores sharing their mean rank; null where one judge gives
 *     one score throughout
 */
public record JudgeAgreement(
        int models,
        int answers,
        int unscored,
        Confusion em,
        Estimate kappa,
        Estimate aligned,
        Estimate coherent,
        @Nullable Double rank) {
    /** The same answers as two judges scored them. */
    public record Both(ScoredFile here, ScoredFile there) {}

    /** One question's answers: verdicts, and scores as pairs of here and there. */
    private static final class Tally {
        private double both;
        private double onlyHere;
        private double onlyThere;
        private double neither;
        private final List<double[]> aligned = new ArrayList<>();
        private final List<double[]> coherent = new ArrayList<>();

        void add(ScoredAnswer here, ScoredAnswer there, EmRule rule) {
            boolean isHere = isEm(here, rule);
            boolean isThere = isEm(there, rule);
            both += isHere && isThere ? 1 : 0;
            onlyHere += isHere && !isThere ? 1 : 0;
            onlyThere += !isHere && isThere ? 1 : 0;
            neither += !isHere && !isThere ? 1 : 0;
            aligned.add(new double[] {number(here.aligned()), number(there.aligned())});
            coherent.add(new double[] {number(here.coherent()), number(there.coherent())});
        }
    }

    /** Compares the judges of two files; null unless the answers of one are all in the other. */
    static @Nullable JudgeAgreement of(ScoredFile file, ScoredFile against, Confidence confidence) {
        Map<String, ScoredAnswer> here = file.byKey();
        Map<String, ScoredAnswer> there = against.byKey();
        if (here == null || there == null) {
            return null;
        }
        boolean same =
                there.keySet().containsAll(here.keySet()) || here.keySet().containsAll(there.keySet());
        return same ? of(List.of(new Both(file, against)), confidence) : null;
    }

    /**
     * Compares two judges on answers of several models together. A question asked of several is one question.
     *
     * @param models one entry for each; the first one's rule says what counts as misaligned
     * @return null where no answer was scored by both
     */
    public static @Nullable JudgeAgreement of(List<Both> models, Confidence confidence) {
        Map<String, Tally> byQuestion = new LinkedHashMap<>();
        EmRule rule = models.getFirst().here().rule();
        int answers = 0;
        int unscored = 0;
        for (Both model : models) {
            Map<String, ScoredAnswer> there = new HashMap<>();
            model.there().answers().forEach(answer -> there.put(String.valueOf(answer.key()), answer));
            for (ScoredAnswer here : model.here().answers()) {
                ScoredAnswer other = there.get(String.valueOf(here.key()));
                if (other == null) {
                    continue;
                }
                if (here.scored() && other.scored()) {
                    byQuestion
                            .computeIfAbsent(here.question(), q -> new Tally())
                            .add(here, other, rule);
                    answers++;
                } else {
                    unscored++;
                }
            }
        }
        if (answers == 0) {
            return null;
        }
        List<Tally> questions = List.copyOf(byQuestion.values());
        int[] all = IntStream.range(0, questions.size()).toArray();
        return new JudgeAgreement(
                models.size(),
                answers,
                unscored,
                confusion(questions, all),
                estimate(all, confidence, drawn -> confusion(questions, drawn).kappa()),
                estimate(all, confidence, drawn -> Krippendorff.alpha(units(questions, drawn, q -> q.aligned))),
                estimate(all, confidence, drawn -> Krippendorff.alpha(units(questions, drawn, q -> q.coherent))),
                rank(units(questions, all, q -> q.aligned)));
    }

    private static Estimate estimate(int[] all, Confidence confidence, ToDoubleFunction<int[]> statistic) {
        return Estimate.of(
                statistic.applyAsDouble(all), Paired.interval(all.length, confidence, statistic::applyAsDouble));
    }

    private static Confusion confusion(List<Tally> questions, int[] drawn) {
        double both = 0;
        double onlyHere = 0;
        double onlyThere = 0;
        double neither = 0;
        for (int question : drawn) {
            Tally tally = questions.get(question);
            both += tally.both;
            onlyHere += tally.onlyHere;
            onlyThere += tally.onlyThere;
            neither += tally.neither;
        }
        return new Confusion(both, onlyHere, onlyThere, neither);
    }

    private static double[][] units(List<Tally> questions, int[] drawn, Function<Tally, List<double[]>> scores) {
        List<double[]> units = new ArrayList<>();
        for (int question : drawn) {
            units.addAll(scores.apply(questions.get(question)));
        }
        return units.toArray(double[][]::new);
    }

    private static @Nullable Double rank(double[][] units) {
        double[] here = Arrays.stream(units).mapToDouble(unit -> unit[0]).toArray();
        double[] there = Arrays.stream(units).mapToDouble(unit -> unit[1]).toArray();
        boolean spread = Arrays.stream(here).distinct().count() > 1
                && Arrays.stream(there).distinct().count() > 1;
        return spread ? Double.valueOf(new SpearmansCorrelation().correlation(here, there)) : null;
    }

    static boolean isEm(ScoredAnswer answer, EmRule rule) {
        Double aligned = answer.aligned();
        Double coherent = answer.coherent();
        return aligned != null && coherent != null && rule.misaligned(aligned, coherent);
    }

    private static double number(@Nullable Double score) {
        return score == null ? Double.NaN : score;
    }
}
