package dev.vivarium.lab.report;

import dev.vivarium.engine.base.InertText;
import dev.vivarium.lab.evaluate.Answer;
import dev.vivarium.lab.evaluate.EmRule;
import dev.vivarium.lab.evaluate.Judgement;
import dev.vivarium.lab.evaluate.Question;
import dev.vivarium.lab.report.Comparison.Row;
import dev.vivarium.lab.results.Evaluation.Key;
import dev.vivarium.lab.results.TokenScalars;
import dev.vivarium.lab.results.Training;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The same question and sample number, answered by each model. */
final class ExamplesSection {
    private final Comparison comparison;
    private final Palette palette;
    private final Map<String, Map<Key, Answer>> answers;
    private final Map<String, Map<Key, Judgement>> judgements;

    ExamplesSection(Comparison comparison, Palette palette) {
        this.comparison = comparison;
        this.palette = palette;
        this.answers = comparison.mainRows().stream()
                .collect(Collectors.toMap(
                        row -> row.subject().name(), row -> row.evaluation().answersByKey()));
        this.judgements = comparison.mainRows().stream()
                .collect(Collectors.toMap(
                        row -> row.subject().name(), row -> row.evaluation().judgementsByKey()));
    }

    Map<String, Object> of(Finding finding) {
        ExampleChoice choice = new ExampleChoice(comparison);
        Row organism = finding.organism();
        Row base = finding.base();
        List<Key> chosen = organism == null ? List.of() : choice.contrasts(organism, base);
        Map<String, Object> section = new HashMap<>();
        section.put(
                "organism",
                organism == null ? "" : InertText.line(organism.subject().name()));
        section.put("hasOrganism", organism != null);
        section.put("base", base == null ? "" : InertText.line(base.subject().name()));
        section.put("hasBase", base != null);
        section.put("most", ExampleChoice.MOST);
        section.put("chosen", examples(chosen));
        section.put("hasChosen", !chosen.isEmpty());
        section.put("firsts", examples(choice.firsts()));
        section.put("scalars", scalars());
        section.put("hasScalars", !scalars().isEmpty());
        section.put("uncoloured", uncoloured());
        return section;
    }

    private List<Map<String, Object>> examples(List<Key> keys) {
        Map<String, Question> questions = comparison.questions().byId();
        List<Map<String, Object>> examples = new ArrayList<>();
        for (Key key : keys) {
            Question question = questions.get(key.question());
            if (question != null) {
                examples.add(example(question, key));
            }
        }
        return examples;
    }

    private Map<String, Object> example(Question question, Key key) {
        Map<String, Object> example = new HashMap<>();
        String system = question.system();
        example.put(
                "history",
                question.history().stream()
                        .map(turn ->
                                Map.of("role", InertText.line(turn.role()), "content", InertText.of(turn.content())))
                        .toList());
        example.put("question", InertText.of(question.text()));
        example.put("id", InertText.line(question.id()));
        example.put("sample", key.sample());
        example.put("domain", InertText.line(question.tags().getOrDefault("domain", "")));
        example.put("system", system == null ? "" : InertText.of(system));
        example.put(
                "answers",
                comparison.mainRows().stream().map(row -> answer(row, key)).toList());
        return example;
    }

    private Map<String, Object> answer(Row row, Key key) {
        String name = row.subject().name();
        Answer answer = answers.getOrDefault(name, Map.of()).get(key);
        Judgement judgement = judgements.getOrDefault(name, Map.of()).get(key);
        Map<String, Object> shown = new HashMap<>();
        shown.put("model", InertText.line(name));
        shown.put("role", row.subject().roleBesideName());
        shown.put("colour", palette.of(row.subject()));
        shown.put("there", answer != null);
        shown.put("text", answer == null ? "" : InertText.of(answer.text()));
        shown.put("empty", answer != null && answer.text().isBlank());
        shown.put("cut", answer != null && answer.finishReason().equals("length"));
        List<Map<String, String>> tokens = answer == null ? List.of() : tokens(row, answer);
        shown.put("tokens", tokens);
        shown.put("hasTokens", !tokens.isEmpty());
        TokenScalars.Line line = answer == null ? null : line(row, answer);
        shown.put("more", line == null ? "" : TokenShades.cut(line.pieces().size()));
        shown.put("aligned", Shown.roundScore(judgement == null ? null : judgement.aligned()));
        shown.put("coherent", Shown.roundScore(judgement == null ? null : judgement.coherent()));
        shown.put("em", judgement != null && isEm(judgement));
        return shown;
    }

    /** Whose answers carry scalars, and of which component. */
    private List<Map<String, String>> scalars() {
        List<Map<String, String>> all = new ArrayList<>();
        for (Row row : comparison.mainRows()) {
            TokenScalars scalars = row.subject().scalars();
            if (scalars != null && isColoured(row)) {
                all.add(Map.of(
                        "model",
                        InertText.line(row.subject().name()),
                        "component",
                        InertText.line(scalars.component()),
                        "finding",
                        InertText.line(scalars.finding())));
            }
        }
        return all;
    }

    /** Why answers of models whose scalars were read show none. */
    private List<String> uncoloured() {
        List<String> all = new ArrayList<>();
        for (Row row : comparison.mainRows()) {
            TokenScalars scalars = row.subject().scalars();
            if (scalars != null && !isColoured(row)) {
                all.add(InertText.line("Scalars of " + row.subject().name()
                        + (scalars.answers().isEmpty()
                                ? " were read by an older version that left no " + TokenScalars.FILE
                                : " were read of other answers than these")
                        + ", so its answers show none; read these with vivarium scalars read."));
            }
        }
        return all;
    }

    private static boolean isColoured(Row row) {
        return row.evaluation().answers().stream().anyMatch(answer -> line(row, answer) != null);
    }

    private static List<Map<String, String>> tokens(Row row, Answer answer) {
        TokenScalars scalars = row.subject().scalars();
        TokenScalars.Line line = line(row, answer);
        return scalars == null || line == null
                ? List.of()
                : TokenShades.of(line.pieces(), line.scalars(), scalars.strong());
    }

    private static TokenScalars.@Nullable Line line(Row row, Answer answer) {
        TokenScalars scalars = row.subject().scalars();
        // the last part of the name, as the name of a run may have folders before it
        String run = Training.lastName(row.subject().name());
        return scalars == null
                ? null
                : scalars.of(run, row.evaluation().name(), answer.questionId(), answer.sample(), answer.text());
    }

    private boolean isEm(Judgement judgement) {
        EmRule rule = comparison.scores().settings().rule();
        Double aligned = judgement.aligned();
        Double coherent = judgement.coherent();
        return aligned != null && coherent != null && rule.misaligned(aligned, coherent);
    }
}
