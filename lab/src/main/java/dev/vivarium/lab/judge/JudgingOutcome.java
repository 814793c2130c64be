package dev.vivarium.lab.judge;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What came of a judging.
 *
 * @param directory where its files are
 * @param answers answers in all
 * @param distinct requests that they take; equal answers to one question share theirs
 * @param metrics what was found, by metric
 * @param replies replies in the journal, those of earlier calls included
 * @param sent requests sent now, failed ones included
 * @param again how many of them were tries after the first
 * @param cost what all replies cost; null where no price is known
 * @param seconds wall-clock time of asking
 * @param failures requests without a reply, by reason
 * @param models the models that replied, as the endpoint says
 * @param fewer replies with fewer alternatives than were asked for
 * @param stopped why the rest was not asked; null if everything was
 */
public record JudgingOutcome(
        Path directory,
        int answers,
        int distinct,
        List<MetricCount> metrics,
        int replies,
        long sent,
        long again,
        @Nullable Double cost,
        double seconds,
        Map<String, Integer> failures,
        Set<String> models,
        int fewer,
        @Nullable String stopped) {
    /**
     * One metric over all answers.
     *
     * @param scored answers with a score
     * @param spread of the scores; null if there is none
     * @param unscored answers without, by reason
     * @param notJudged how many of these the judge was not asked about, or did not reply to
     */
    public record MetricCount(
            String metric, int scored, @Nullable Spread spread, Map<String, Integer> unscored, int notJudged) {}

    /** Mean, lowest and highest score: a judge that gives all answers nearly the same tells them hardly apart. */
    public record Spread(double mean, double low, double high) {}

    public JudgingOutcome {
        metrics = List.copyOf(metrics);
        failures = Map.copyOf(failures);
        models = Set.copyOf(models);
    }

    /** Whether every answer has its verdicts, scores or not. */
    public boolean complete() {
        return metrics.stream().allMatch(metric -> metric.notJudged() == 0);
    }
}
