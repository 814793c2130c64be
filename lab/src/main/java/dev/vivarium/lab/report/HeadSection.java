package dev.vivarium.lab.report;

import dev.vivarium.engine.base.InertText;
import dev.vivarium.lab.results.Evaluation;
import dev.vivarium.lab.results.Judging;
import dev.vivarium.lab.results.Subject;
import dev.vivarium.lab.results.Training;
import dev.vivarium.lab.run.Provenance;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/** What the page begins with: the rates of the finding, what was grown from what, and what is not measured yet. */
final class HeadSection {
    private HeadSection() {}

    static List<Map<String, String>> tiles(Finding finding, Palette palette) {
        List<Map<String, String>> tiles = new ArrayList<>();
        for (Comparison.Row row : finding.rows()) {
            tiles.add(Map.of(
                    "model", InertText.line(row.subject().name()),
                    "role", row.subject().roleBesideName(),
                    "colour", palette.of(row.subject()),
                    "em", Shown.percent(row.scores().all().em().value()),
                    "range", Finding.range(row.scores().all().em())));
        }
        return tiles;
    }

    static List<Map<String, String>> facts(List<Subject> subjects, List<Comparison> comparisons) {
        TreeSet<String> bases = new TreeSet<>();
        TreeSet<String> data = new TreeSet<>();
        TreeSet<String> days = new TreeSet<>();
        for (Subject subject : subjects) {
            Training training = subject.training();
            if (training != null) {
                bases.add(Training.lastName(training.provenance().base().path()));
                data.add(data(training));
                days.add(Shown.day(training.provenance().started()));
            }
        }
        List<Map<String, String>> facts = new ArrayList<>();
        facts.add(fact("Models", names(subjects)));
        facts.add(
                fact("Base", bases.isEmpty() ? "not stated: no training among these" : Shown.list(List.copyOf(bases))));
        facts.add(fact("Data", data.isEmpty() ? "none: no training among these" : Shown.list(List.copyOf(data))));
        facts.add(
                fact("Measured", comparisons.isEmpty() ? "nothing to the end yet" : measured(comparisons.getFirst())));
        if (!days.isEmpty()) {
            String first = days.getFirst();
            facts.add(fact("Grown", first.equals(days.getLast()) ? first : first + " to " + days.getLast()));
        }
        return facts;
    }

    private static String data(Training training) {
        int rows = training.trainingData().map(Provenance.DataFile::rows).orElse(-1);
        return training.dataName() + (rows < 0 ? "" : " (" + Shown.count(rows) + " conversations)");
    }

    private static String names(List<Subject> subjects) {
        return Shown.list(subjects.stream().map(Subject::name).toList());
    }

    private static String measured(Comparison comparison) {
        return Shown.count(comparison.scores().answers()) + " answers per model, judge: "
                + comparison.scores().judge().name();
    }

    private static Map<String, String> fact(String name, String value) {
        return Map.of("name", name, "value", InertText.line(value));
    }

    static List<Map<String, String>> pending(List<Subject> subjects) {
        List<Map<String, String>> pending = new ArrayList<>();
        for (Subject subject : subjects) {
            String model = InertText.line(subject.name());
            if (subject.evaluations().isEmpty()) {
                pending.add(
                        Map.of("model", model, "text", "was not evaluated yet, so nothing is known of its answers."));
            }
            if (!subject.others().isEmpty()) {
                int count = subject.others().size();
                pending.add(Map.of(
                        "model",
                        model,
                        "text",
                        "has " + Shown.count(count) + (count == 1 ? " evaluation" : " evaluations")
                                + " of checkpoints, of its adapter at another strength or of its base beside its own;"
                                + " this page leaves them out, vivarium phase shows them."));
            }
            for (Evaluation evaluation : subject.evaluations()) {
                for (Judging judging : evaluation.judgings()) {
                    judging(evaluation, judging)
                            .ifPresent(text -> pending.add(Map.of("model", model, "text", InertText.line(text))));
                }
                if (evaluation.scores() == null) {
                    pending.add(Map.of(
                            "model",
                            model,
                            "text",
                            InertText.line("has an unfinished evaluation ("
                                    + evaluation.name() + "): "
                                    + Shown.count(evaluation.answers().size()) + " of "
                                    + Shown.count(evaluation.planned()) + " answers; its rates are not stated.")));
                }
            }
        }
        return pending;
    }

    private static Optional<String> judging(Evaluation evaluation, Judging judging) {
        String named = "(" + judging.name() + " of " + evaluation.name() + ")";
        if (judging.scored() == null) {
            return Optional.of("has a judging without scores " + named + "; vivarium judge with --resume ends it.");
        }
        int missing = evaluation.answers().size() - judging.verdicts().size();
        if (missing == 0 && judging.strange() == 0) {
            return Optional.empty();
        }
        return Optional.of("has a judging of other answers than the evaluation holds now " + named + ": "
                + Shown.count(missing) + " were not judged and " + Shown.count(judging.strange())
                + " that were are not there; the agreement of judges is over the rest.");
    }
}
