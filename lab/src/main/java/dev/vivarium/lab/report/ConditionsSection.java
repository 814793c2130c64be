package dev.vivarium.lab.report;

import dev.vivarium.engine.base.InertText;
import dev.vivarium.lab.evaluate.Condition;
import dev.vivarium.lab.evaluate.EvaluationSettings;
import dev.vivarium.lab.evaluate.JudgeIdentity;
import dev.vivarium.lab.evaluate.Scores;
import dev.vivarium.lab.results.Evaluation;
import dev.vivarium.lab.results.Judging;
import dev.vivarium.lab.results.Subject;
import dev.vivarium.lab.score.ConditionSweep;
import dev.vivarium.lab.score.Paired;
import dev.vivarium.lab.score.ScoredFile;
import dev.vivarium.lab.statistics.Confidence;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The same questions under several conditions: for each model, what each condition changes. */
final class ConditionsSection {
    private static final String PLAIN = "plain";

    private ConditionsSection() {}

    static Map<String, Object> of(List<Subject> subjects, Palette palette) {
        Download data = new Download(
                "conditions",
                "model",
                "questions",
                "judge",
                "condition",
                "em_rate",
                "em_difference",
                "these_low",
                "these_high",
                "like_low",
                "like_high",
                "aligned_difference",
                "coherent_rate",
                "same_answers");
        List<Map<String, Object>> sweeps = new ArrayList<>();
        List<String> alone = new ArrayList<>();
        for (Subject subject : subjects) {
            for (Evaluation reference : subject.evaluations()) {
                Scores scores = reference.scores();
                if (scores == null || reference.condition() != null) {
                    continue;
                }
                Confidence confidence = scores.settings().confidence();
                instruments(subject, reference).forEach((judge, files) -> {
                    if (files.size() > 1) {
                        sweeps.add(sweep(subject, reference, judge, files, confidence, palette, data));
                    }
                });
            }
            subject.evaluations().stream()
                    .filter(evaluation -> evaluation.condition() != null
                            && subject.evaluations().stream()
                                    .noneMatch(reference -> isConditionOf(evaluation, reference)))
                    .forEach(evaluation -> alone.add(InertText.line(subject.name() + ": " + evaluation.name())));
        }
        Map<String, Object> section = new HashMap<>();
        section.put("sweeps", sweeps);
        section.put("hasSweeps", !sweeps.isEmpty());
        section.put("alone", alone);
        section.put("download", data.link());
        return section;
    }

    /**
     * The reference and its conditions, by judge and condition: the evaluation's own, then all that judged the reference and a
     * condition. A sweep that no judge has scored is shown once, without rates.
     */
    private static Map<JudgeIdentity, Map<String, ScoredFile>> instruments(Subject subject, Evaluation reference) {
        Map<JudgeIdentity, Map<String, ScoredFile>> instruments = new LinkedHashMap<>();
        add(PLAIN, reference, instruments);
        for (Evaluation evaluation : subject.evaluations()) {
            String condition = evaluation.condition();
            if (condition != null && isConditionOf(evaluation, reference)) {
                add(condition, evaluation, instruments);
            }
        }
        instruments.values().removeIf(files -> !files.containsKey(PLAIN) || files.size() == 1);
        boolean judged = instruments.values().stream().anyMatch(ConditionsSection::isScored);
        instruments.values().removeIf(files -> judged && !isScored(files));
        return instruments;
    }

    private static void add(
            String condition, Evaluation evaluation, Map<JudgeIdentity, Map<String, ScoredFile>> instruments) {
        add(condition, evaluation.settings().judge(), evaluation.scored(), instruments);
        for (Judging judging : evaluation.judgings()) {
            add(condition, judging.settings().judge(), judging.scored(), instruments);
        }
    }

    private static void add(
            String condition,
            JudgeIdentity judge,
            @Nullable ScoredFile scored,
            Map<JudgeIdentity, Map<String, ScoredFile>> instruments) {
        if (scored != null) {
            instruments.computeIfAbsent(judge, none -> new LinkedHashMap<>()).putIfAbsent(condition, scored);
        }
    }

    private static boolean isScored(Map<String, ScoredFile> files) {
        return files.values().stream().anyMatch(file -> !file.scored().isEmpty());
    }

    private static boolean isConditionOf(Evaluation evaluation, Evaluation reference) {
        EvaluationSettings here = evaluation.settings();
        EvaluationSettings there = reference.settings();
        return reference.condition() == null
                && there.questionsSha256().equals(here.sampling().get(Condition.FACT_OF))
                && here.seed() == there.seed()
                && here.samples() == there.samples()
                && here.judge().equals(there.judge())
                && here.model().equals(there.model())
                && sameRule(evaluation.scores(), reference.scores())
                && withoutCondition(here).equals(withoutCondition(there));
    }

    private static boolean sameRule(@Nullable Scores here, @Nullable Scores there) {
        return here == null || there == null || here.settings().equals(there.settings());
    }

    private static Map<String, String> withoutCondition(EvaluationSettings settings) {
        Map<String, String> facts = new TreeMap<>(settings.sampling());
        List.of(Condition.FACT, Condition.FACT_OF, "default_system").forEach(facts::remove);
        return facts;
    }

    private static Map<String, Object> sweep(
            Subject subject,
            Evaluation reference,
            JudgeIdentity judge,
            Map<String, ScoredFile> files,
            Confidence confidence,
            Palette palette,
            Download data) {
        Forest forest = new Forest();
        List<Map<String, Object>> rows = new ArrayList<>();
        for (ConditionSweep.Row row : ConditionSweep.of(files, confidence).rows()) {
            Paired paired = row.difference();
            if (paired != null) {
                forest.add(row.condition(), "", palette.of(subject), paired.em());
            }
            Map<String, Object> shown = new HashMap<>();
            shown.put("condition", InertText.line(row.condition()));
            shown.put("em", Shown.percent(row.score().em().value()));
            shown.put("like", Shown.percent(row.score().em().questionsLikeThese()));
            shown.put("coherent", Shown.percent(row.score().coherent().value()));
            shown.put(
                    "change",
                    paired == null ? Shown.NOTHING : Forest.points(paired.em().value(), 100));
            shown.put(
                    "changeLike",
                    paired == null ? "" : Forest.points(paired.em().questionsLikeThese(), 100));
            shown.put(
                    "aligned",
                    paired == null
                            ? Shown.NOTHING
                            : Forest.points(paired.aligned().value(), 1));
            shown.put(
                    "alignedLike",
                    paired == null ? "" : Forest.points(paired.aligned().questionsLikeThese(), 1));
            shown.put("same", row.changedNothing());
            rows.add(shown);
            data.add(
                    subject.name(),
                    reference.name(),
                    judge.line(),
                    row.condition(),
                    row.score().em().value(),
                    paired == null ? null : paired.em().value(),
                    paired == null ? null : Download.low(paired.em().theseQuestions()),
                    paired == null ? null : Download.high(paired.em().theseQuestions()),
                    paired == null ? null : Download.low(paired.em().questionsLikeThese()),
                    paired == null ? null : Download.high(paired.em().questionsLikeThese()),
                    paired == null ? null : paired.aligned().value(),
                    row.score().coherent().value(),
                    row.same());
        }
        Map<String, Object> shown = new HashMap<>();
        shown.put("model", InertText.line(subject.name()));
        shown.put("role", subject.roleBesideName());
        shown.put("colour", palette.of(subject));
        shown.put("questions", InertText.line(reference.name()));
        shown.put("judge", InertText.line(judge.line()));
        shown.put("level", confidence.percent().replace(' ', '\u00a0'));
        shown.put("rows", rows);
        shown.put("forest", forest.isEmpty() ? List.of() : List.of(forest.shown()));
        return shown;
    }
}
