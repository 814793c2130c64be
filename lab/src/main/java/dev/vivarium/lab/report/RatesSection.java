package dev.vivarium.lab.report;

import dev.vivarium.engine.base.InertText;
import dev.vivarium.lab.evaluate.EvaluationSession;
import dev.vivarium.lab.evaluate.ScoreGroup;
import dev.vivarium.lab.report.Comparison.Row;
import dev.vivarium.lab.score.FileScore;
import dev.vivarium.lab.statistics.FewQuestions;
import dev.vivarium.lab.statistics.Interval;
import dev.vivarium.lab.statistics.Rate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The rates of each comparison: a plot of EM with both intervals, and the same numbers in a table. */
final class RatesSection {
    private static final int STEPS = 4;

    private final Palette palette;

    RatesSection(Palette palette) {
        this.palette = palette;
    }

    Map<String, Object> of(Comparison comparison) {
        double axis = axis(comparison.rows());
        boolean oneName = !comparison.name().contains(",");
        Map<String, Object> section = new HashMap<>();
        section.put("name", comparison.name());
        section.put("asked", asked(comparison));
        String limited = comparison.scores().limited();
        section.put("limited", limited == null ? "" : "limited to " + InertText.line(limited));
        section.put("level", level(comparison));
        section.put("ticks", ticks(axis));
        section.put("download", data(comparison));
        section.put("few", few(comparison));
        section.put(
                "rows",
                comparison.rows().stream().map(row -> row(row, axis, oneName)).toList());
        return section;
    }

    /** Rates whose usual interval may be too narrow, and what to quote instead. */
    private static List<Map<String, String>> few(Comparison comparison) {
        List<Map<String, String>> notes = new ArrayList<>();
        for (Row row : comparison.rows()) {
            FewQuestions few = FileScore.few(
                    row.scored(),
                    row.scores().all().em(),
                    comparison.scores().settings().confidence());
            if (few != null) {
                notes.add(Map.of(
                        "model", InertText.line(row.subject().name()),
                        "questions", Shown.count(few.questions()),
                        "instead", Shown.percent(few.instead())));
            }
        }
        return notes;
    }

    private static Map<String, String> data(Comparison comparison) {
        Download data = new Download(
                "rates",
                "model",
                "role",
                "evaluation",
                "scored",
                "unscored",
                "questions",
                "em",
                "em_rate",
                "these_low",
                "these_high",
                "like_low",
                "like_high",
                "coherent_rate",
                "aligned_mean",
                "design_effect");
        for (Row row : comparison.rows()) {
            ScoreGroup all = row.scores().all();
            data.add(
                    row.subject().name(),
                    row.subject().role().label(),
                    row.evaluation().name(),
                    all.em().n(),
                    all.unscored(),
                    all.em().questions(),
                    all.em().hits(),
                    all.em().value(),
                    Download.low(all.em().theseQuestions()),
                    Download.high(all.em().theseQuestions()),
                    Download.low(all.em().questionsLikeThese()),
                    Download.high(all.em().questionsLikeThese()),
                    all.coherent().value(),
                    all.meanAligned().value(),
                    all.em().designEffect());
        }
        return data.link();
    }

    private static String asked(Comparison comparison) {
        int wordings = comparison.questions().questions().size();
        int questions = comparison.scores().all().em().questions();
        String named = Shown.count(questions) + " questions";
        return wordings == questions ? named : Shown.count(wordings) + " wordings of " + named;
    }

    static String level(Comparison comparison) {
        double percent = 100 * comparison.scores().settings().level();
        return (percent == Math.rint(percent) ? Shown.fixed(percent, 0) : Shown.fixed(percent, 1)) + "\u00a0%";
    }

    private Map<String, Object> row(Row row, double axis, boolean oneName) {
        ScoreGroup all = row.scores().all();
        Rate em = all.em();
        Map<String, Object> shown = new HashMap<>();
        shown.put("model", InertText.line(row.subject().name()));
        shown.put("role", row.subject().roleBesideName());
        shown.put("evaluation", oneName ? "" : InertText.line(row.evaluation().name()));
        shown.put("colour", palette.of(row.subject()));
        shown.put("em", Shown.percent(em.value()));
        shown.put("hits", Shown.count(em.hits()) + (em.hits() == 1 ? " hit" : " hits"));
        shown.put("these", Shown.percent(em.theseQuestions()));
        shown.put("like", Shown.percent(em.questionsLikeThese()));
        shown.put("zero", em.atMostIfZero() == null ? "" : "≤ " + Shown.percent(em.atMostIfZero()));
        shown.put("effect", em.designEffect() == null ? Shown.NOTHING : Shown.fixed(em.designEffect(), 1));
        shown.put("coherent", Shown.percent(all.coherent().value()));
        shown.put("coherentLike", Shown.percent(all.coherent().questionsLikeThese()));
        shown.put("ofCoherent", Shown.percent(all.emOfCoherent().value()));
        shown.put("aligned", Shown.score(all.meanAligned().value()));
        Interval aligned = all.meanAligned().questionsLikeThese();
        shown.put("alignedLike", aligned == null ? "" : Shown.score(aligned.low()) + "–" + Shown.score(aligned.high()));
        shown.put("n", Shown.count(em.n()));
        shown.put("questions", Shown.count(em.questions()));
        shown.put("unscored", Shown.count(all.unscored()));
        shown.put("speed", speed(row.evaluation().sessions()));
        shown.put("time", time(row.evaluation().sessions()));
        plot(shown, em, axis);
        return shown;
    }

    /** Positions as percentages of the plot's width, so that it fits any screen without a script. */
    private static void plot(Map<String, Object> shown, Rate em, double axis) {
        Double value = em.value();
        shown.put("measured", value != null);
        shown.put("at", value == null ? "0%" : position(value, axis));
        shown.put("narrow", span(em.theseQuestions(), axis));
        shown.put("wide", span(em.questionsLikeThese(), axis));
    }

    private static List<Map<String, String>> span(@Nullable Interval interval, double axis) {
        return interval == null
                ? List.of()
                : List.of(Map.of("low", position(interval.low(), axis), "high", position(interval.high(), axis)));
    }

    static String position(double value, double axis) {
        return Shown.fixed(100 * Math.min(value / axis, 1), 2) + "%";
    }

    private static List<Map<String, String>> ticks(double axis) {
        List<Map<String, String>> ticks = new ArrayList<>();
        for (int i = 0; i <= STEPS; i++) {
            double value = axis * i / STEPS;
            String label = Shown.brief(100 * value);
            String anchor = i == 0 ? "start" : i == STEPS ? "end" : "middle";
            ticks.add(Map.of(
                    "at", position(value, axis), "label", label + (i == STEPS ? "\u00a0%" : ""), "anchor", anchor));
        }
        return ticks;
    }

    private static double axis(List<Row> rows) {
        double highest = rows.stream()
                .map(row -> row.scores().all().em())
                .flatMap(rate -> Stream.of(rate.theseQuestions(), rate.questionsLikeThese()))
                .mapToDouble(interval -> interval == null ? 0 : interval.high())
                .max()
                .orElse(1);
        return Axis.reaching(highest);
    }

    private static String time(List<EvaluationSession> sessions) {
        double seconds = sessions.stream()
                .mapToDouble(session -> session.samplingSeconds() + session.judgingSeconds())
                .sum();
        return seconds > 0 ? Shown.seconds(seconds) : Shown.NOTHING;
    }

    private static String speed(List<EvaluationSession> sessions) {
        double seconds = sessions.stream()
                .mapToDouble(EvaluationSession::samplingSeconds)
                .sum();
        long tokens = sessions.stream().mapToLong(EvaluationSession::tokens).sum();
        return seconds > 0 ? Shown.count(Math.round(tokens / seconds)) : Shown.NOTHING;
    }
}
