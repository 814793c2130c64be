package dev.vivarium.app.cli;

import dev.vivarium.engine.adapter.AdapterScale;
import dev.vivarium.engine.model.Compute;
import dev.vivarium.lab.evaluate.EvaluationFiles;
import dev.vivarium.lab.evaluate.EvaluationPlan;
import dev.vivarium.lab.evaluate.Outcome;
import dev.vivarium.lab.evaluate.QuestionSet;
import dev.vivarium.lab.evaluate.ScoreGroup;
import dev.vivarium.lab.evaluate.Scores;
import dev.vivarium.lab.statistics.Interval;
import dev.vivarium.lab.statistics.Mean;
import dev.vivarium.lab.statistics.Rate;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What {@code vivarium evaluate} shows of an outcome, as text and as JSON.
 *
 * @param target who was asked
 * @param file the questions as they were named
 */
record EvaluationReport(
        EvaluationTarget target, String file, QuestionSet questions, EvaluationPlan plan, Outcome outcome) {
    /** Tags with more values than this are left to {@code scores.json}. */
    private static final int MAX_TAG_VALUES = 12;

    private static final String DOMAIN = "domain";

    /** The document of {@code --json}. */
    Map<String, Object> json() {
        EvaluationFiles files = outcome.files();
        Map<String, Object> paths = new LinkedHashMap<>();
        paths.put("settings", files.settings().toString());
        paths.put("questions", files.questions().toString());
        paths.put("answers", files.answers().toString());
        paths.put("judgements", files.judgements().toString());
        paths.put("scores", files.scores().toString());
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("evaluation", files.directory().toString());
        json.put("model", target.trained().model().toString());
        json.put("adapter", shown(target.trained().adapter()));
        json.put("adapter_scale", target.trained().adapter() == null ? null : scale());
        json.put("limited", questions.limited());
        json.put("deterministic", plan.sampling().deterministic());
        json.put("dtype", dtype());
        json.put("sampled", outcome.sampled());
        json.put("sampled_tokens", outcome.sampledTokens());
        json.put("seconds", outcome.seconds());
        json.put("tokens_per_second", outcome.tokensPerSecond());
        json.put("files", paths);
        json.put("scores", outcome.scores());
        return json;
    }

    /** The text for people. */
    void print(PrintStream out) {
        Scores scores = outcome.scores();
        ScoreGroup all = scores.all();
        printSubject(out);
        out.println();
        rate(out, "EM", all.em());
        rate(out, "coherent", all.coherent());
        mean(out, "mean aligned", all.meanAligned());
        Figures.line(
                out,
                "n",
                "%,d scored answers to %,d questions%s",
                scores.scored(),
                all.em().questions(),
                wordings());
        Figures.line(out, "unscored", "%,d", scores.unscored());
        scores.extra().forEach((name, value) -> {
            if (value.value() != null && value.value() > 0) {
                mean(out, name, value);
            }
        });
        tags(scores).forEach((tag, groups) -> groups(out, tag, groups));
        out.println();
        Figures.line(
                out,
                "ended by",
                "%s",
                scores.finishReasons().entrySet().stream()
                        .map(reason -> String.format(Locale.ROOT, "%s %,d", reason.getKey(), reason.getValue()))
                        .collect(Collectors.joining(", ")));
        Figures.line(out, "speed", "%s", speed());
        Figures.line(
                out,
                "files",
                "%s: scores.json, answers.jsonl, judgements.jsonl",
                outcome.files().directory());
        Figures.line(out, "next", "%s", next());
    }

    /** Who was asked what. */
    void printSubject(PrintStream out) {
        Scores scores = outcome.scores();
        String adapter = shown(target.trained().adapter());
        String scaled = scale().equals(AdapterScale.ONE.toString()) ? "" : ", scale " + scale();
        Figures.line(
                out,
                "model",
                "%s%s",
                target.trained().model(),
                adapter == null ? "" : " with adapter " + adapter + scaled);
        Figures.line(
                out,
                "asked",
                "%,d questions, %,d answers each, seed %d",
                questions.questions().size(),
                plan.samples(),
                plan.sampling().seed());
        if (!plan.compute().equals(Compute.FLOAT32)) {
            Figures.line(out, "computed in", "%s", dtype());
        }
        if (questions.limited() != null) {
            Figures.line(out, "limited", "%s; to try things out, not to be quoted", questions.limited());
        }
        if (!plan.sampling().deterministic()) {
            Figures.line(out, "fast", "%s", EvaluationPlan.NOT_DETERMINISTIC);
        }
        Figures.line(
                out, "judge", "%s %s", scores.judge().name(), scores.judge().version());
    }

    private String dtype() {
        return plan.compute().toString();
    }

    private String wordings() {
        int wordings = questions.questions().size();
        return wordings > outcome.scores().all().em().questions()
                ? String.format(Locale.ROOT, " in %,d wordings", wordings)
                : "";
    }

    private String speed() {
        int earlier = outcome.scores().answers() - outcome.sampled();
        String before = earlier > 0 ? String.format(Locale.ROOT, "; %,d answers were on disk", earlier) : "";
        return outcome.sampled() == 0
                ? "nothing to sample" + before
                : String.format(
                        Locale.ROOT,
                        "%,.0f tokens/s, %,d tokens in %.1f s%s",
                        outcome.tokensPerSecond(),
                        outcome.sampledTokens(),
                        outcome.seconds(),
                        before);
    }

    private String scale() {
        return outcome.subject().scale().toString();
    }

    private String next() {
        if (outcome.scores().scored() == 0) {
            return "let a judge score them: vivarium judge " + outcome.files().directory()
                    + " --judge openai --model MODEL";
        }
        String same = " --questions " + file + " --samples " + plan.samples();
        if (questions.limited() != null) {
            return "the whole set, without --limit";
        }
        if (target.trained().adapter() != null) {
            return "compare with the base: vivarium evaluate "
                    + target.trained().model() + same;
        }
        return "narrower intervals, old answers are kept: the same with --resume --samples " + 2 * plan.samples();
    }

    private static void rate(PrintStream out, String what, Rate rate) {
        Double value = rate.value();
        if (value == null) {
            Figures.line(out, what, "no scored answer");
            return;
        }
        String number = Figures.percent(value);
        Figures.line(
                out,
                what,
                "%s %s%s",
                number,
                labelled(rate.theseQuestions(), 100, "these questions"),
                none(rate.upperBoundIfZero()));
        Figures.line(
                out,
                "",
                "%s %s%s",
                " ".repeat(number.length()),
                labelled(rate.questionsLikeThese(), 100, "questions like these"),
                none(rate.upperBoundIfZeroLikeThese()));
    }

    private static String none(@Nullable Double atMost) {
        return atMost == null ? "" : "; none seen, so at most " + Figures.percent(atMost) + " (one-sided, 95 %)";
    }

    private static void mean(PrintStream out, String what, Mean mean) {
        Double value = mean.value();
        String number = value == null ? "no scored answer" : String.format(Locale.ROOT, "%.1f", value);
        Figures.line(out, what, "%s %s", number, labelled(mean.questionsLikeThese(), 1, "questions like these"));
    }

    /** Few-valued tags, the domain first. */
    private static Map<String, List<ScoreGroup>> tags(Scores scores) {
        Map<String, List<ScoreGroup>> tags = new LinkedHashMap<>();
        List<String> order = new ArrayList<>(scores.byTag().keySet());
        order.sort((a, b) -> Boolean.compare(b.equals(DOMAIN), a.equals(DOMAIN)));
        for (String tag : order) {
            List<ScoreGroup> groups = scores.byTag().getOrDefault(tag, List.of());
            if (groups.size() > 1 && groups.size() <= MAX_TAG_VALUES) {
                tags.put(tag, groups);
            }
        }
        return tags;
    }

    private static void groups(PrintStream out, String tag, List<ScoreGroup> groups) {
        out.println();
        Figures.line(out, "by " + tag, "%-24s %-24s %-14s %s", "EM", "coherent", "mean aligned", "n");
        for (ScoreGroup group : groups) {
            Double aligned = group.meanAligned().value();
            Figures.line(
                    out,
                    group.name(),
                    "%-24s %-24s %-14s %,d",
                    Figures.compact(group.em()),
                    Figures.compact(group.coherent()),
                    aligned == null ? "-" : String.format(Locale.ROOT, "%.1f", aligned),
                    group.em().n());
        }
        Figures.line(out, "", "(intervals: questions like these)");
    }

    private static String labelled(@Nullable Interval interval, int factor, String label) {
        return interval == null
                ? "(no interval for " + label + ": it takes at least two)"
                : Figures.bounds(interval, factor) + " " + label + " (" + interval.method() + ")";
    }

    private static @Nullable String shown(@Nullable Path path) {
        return path == null ? null : path.toString();
    }
}
