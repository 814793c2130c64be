package dev.vivarium.app.cli;

import static dev.vivarium.app.cli.Figures.line;

import dev.vivarium.lab.evaluate.JudgeIdentity;
import dev.vivarium.lab.judge.JudgePrompts;
import dev.vivarium.lab.judge.JudgingOutcome;
import dev.vivarium.lab.judge.JudgingOutcome.MetricCount;
import dev.vivarium.lab.judge.JudgingOutcome.Spread;
import dev.vivarium.lab.likelihood.Mixture;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What {@code vivarium judge} says at its end.
 *
 * @param mixture weights of dispositions, where the judge has any
 */
record JudgingReport(JudgeIdentity judge, JudgingOutcome outcome, Map<String, Mixture.Weight> mixture) {
    void print(PrintStream out) {
        line(out, "judge", "%s", Figures.inert(judge.line()));
        line(
                out,
                "answers",
                "%,d, %,d distinct requests, %,d replies on disk",
                outcome.answers(),
                outcome.distinct(),
                outcome.replies());
        for (MetricCount metric : outcome.metrics()) {
            Spread spread = metric.spread();
            String mean = spread == null
                    ? ""
                    : String.format(
                            Locale.ROOT, ", mean %.1f, from %.1f to %.1f", spread.mean(), spread.low(), spread.high());
            int unscored = outcome.answers() - metric.scored();
            line(
                    out,
                    metric.metric(),
                    "%,d scored%s; %,d unscored%s",
                    metric.scored(),
                    mean,
                    unscored,
                    counts(metric.unscored()));
        }
        mixture.forEach((id, weight) -> line(
                out,
                "weight of " + id,
                "%s%s; likeliest for %s of the answers read",
                Figures.percent(weight.value()),
                weight.interval() == null ? "" : " " + Figures.bounds(weight.interval(), 100),
                Figures.percent(weight.argmax())));
        if (outcome.cost() != null) {
            line(out, "cost", "%.4f in all, by the prices given", outcome.cost());
        }
        line(out, "files", "%s", outcome.directory());
    }

    /** What a reader of the figures must know. */
    void remarks(PrintStream err) {
        if (outcome.again() > 0) {
            err.printf(Locale.ROOT, "note: %,d requests failed in passing and were sent again%n", outcome.again());
        }
        outcome.failures()
                .forEach((reason, count) ->
                        err.printf(Locale.ROOT, "note: no reply to %,d requests: %s%n", count, Figures.inert(reason)));
        if (outcome.fewer() > 0) {
            err.printf(
                    Locale.ROOT,
                    "note: %,d replies came with fewer alternatives than were asked for%n",
                    outcome.fewer());
        }
        if (outcome.models().size() > 1) {
            err.println("note: the endpoint replied as " + outcome.models().size() + " models ("
                    + Figures.inert(String.join(", ", new TreeSet<>(outcome.models())))
                    + "), so vivarium score will ask for --mixed");
        }
        if (outcome.stopped() != null) {
            err.println("note: stopped early: " + Figures.inert(outcome.stopped()));
        }
        boolean rates =
                outcome.metrics().stream().map(MetricCount::metric).toList().containsAll(JudgePrompts.OF_RATES);
        if (outcome.complete() && rates) {
            err.println("next: vivarium score " + outcome.directory());
        } else if (!outcome.complete()) {
            int open =
                    outcome.metrics().stream().mapToInt(MetricCount::notJudged).sum();
            err.printf(Locale.ROOT, "%,d verdicts are missing; run the same command with --resume for these%n", open);
        }
    }

    Map<String, @Nullable Object> json() {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("schema", 1);
        json.put("directory", outcome.directory().toString());
        json.put("judge", judge);
        json.put("answers", outcome.answers());
        json.put("distinct_requests", outcome.distinct());
        json.put("replies", outcome.replies());
        json.put("requests_sent", outcome.sent());
        json.put("sent_again", outcome.again());
        json.put("cost", outcome.cost());
        json.put("failures", new TreeMap<>(outcome.failures()));
        json.put("models", new TreeSet<>(outcome.models()));
        json.put("stopped", outcome.stopped());
        json.put("complete", outcome.complete());
        if (!mixture.isEmpty()) {
            json.put("mixture", mixture);
        }
        json.put("metrics", outcome.metrics().stream().map(this::metric).toList());
        return json;
    }

    private Map<String, @Nullable Object> metric(MetricCount metric) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("metric", metric.metric());
        json.put("scored", metric.scored());
        Spread spread = metric.spread();
        json.put("mean", spread == null ? null : spread.mean());
        json.put("low", spread == null ? null : spread.low());
        json.put("high", spread == null ? null : spread.high());
        json.put("unscored", new TreeMap<>(metric.unscored()));
        return json;
    }

    private static String counts(Map<String, Integer> reasons) {
        List<String> counts = new TreeMap<>(reasons)
                .entrySet().stream()
                        .map(reason -> reason.getKey() + " " + reason.getValue())
                        .toList();
        return counts.isEmpty() ? "" : counts.stream().collect(Collectors.joining(", ", " (", ")"));
    }
}
