package dev.vivarium.lab.evaluate;

import dev.vivarium.lab.statistics.Intervals;
import dev.vivarium.lab.statistics.Rate;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Version 1 of {@code scores.json}, in today's terms. There the interval for questions like these was the bootstrap's,
 * and the design effect had the factor k/(k-1); today's interval follows from the counts and the design effect. Means
 * keep the interval they had, whose method says what it is.
 */
final class ScoresOne {
    static final int SCHEMA = 1;

    private ScoresOne() {}

    static Scores restate(Scores old) {
        Intervals intervals = new Intervals(old.settings().confidence());
        Map<String, List<ScoreGroup>> byTag = new TreeMap<>();
        old.byTag()
                .forEach((tag, groups) -> byTag.put(
                        tag,
                        groups.stream().map(group -> restate(group, intervals)).toList()));
        return new Scores(
                Scores.SCHEMA,
                old.judge(),
                old.questionsSha256(),
                old.limited(),
                old.settings(),
                old.answers(),
                old.scored(),
                old.unscored(),
                old.tokens(),
                old.finishReasons(),
                restate(old.all(), intervals),
                byTag,
                old.byQuestion(),
                old.extra());
    }

    private static ScoreGroup restate(ScoreGroup old, Intervals intervals) {
        return new ScoreGroup(
                old.name(),
                old.answers(),
                old.unscored(),
                restate(old.em(), intervals),
                restate(old.coherent(), intervals),
                restate(old.emOfCoherent(), intervals),
                old.meanAligned(),
                old.meanCoherent());
    }

    private static Rate restate(Rate old, Intervals intervals) {
        if (old.n() == 0) {
            return Rate.NONE;
        }
        int k = old.questions();
        Double effect = old.designEffect();
        @Nullable Double restated = effect == null ? null : Double.valueOf(effect * (k - 1) / k);
        boolean agree = old.hits() == 0 || old.hits() == old.n();
        return new Rate(
                old.hits(),
                old.n(),
                k,
                old.value(),
                old.theseQuestions(),
                intervals.questionsLikeThese(old.hits(), old.n(), k, restated),
                agree ? null : old.questionsLikeThese(),
                restated,
                old.upperBoundIfZero(),
                intervals.upperBoundIfZeroLikeThese(old.hits(), old.n(), k));
    }
}
