package dev.vivarium.lab.report;

import dev.vivarium.lab.evaluate.EvaluationSettings;
import dev.vivarium.lab.evaluate.JudgeIdentity;
import dev.vivarium.lab.evaluate.QuestionSet;
import dev.vivarium.lab.evaluate.ScoreSettings;
import dev.vivarium.lab.evaluate.Scores;
import dev.vivarium.lab.results.Evaluation;
import dev.vivarium.lab.results.Subject;
import dev.vivarium.lab.results.Training;
import dev.vivarium.lab.score.ScoredFile;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Complete evaluations whose rates may stand beside each other: same questions as they are, same judge, same rule, same
 * sampling.
 *
 * @param rows at least one, in the order of the subjects
 */
record Comparison(List<Row> rows) {
    Comparison {
        rows = List.copyOf(rows);
    }

    /**
     * One model in one evaluation.
     *
     * @param scores those of the evaluation, which is complete
     * @param scored its answers with their scores
     */
    record Row(Subject subject, Evaluation evaluation, Scores scores, ScoredFile scored) {
        double em() {
            Double value = scores.all().em().value();
            return value == null ? -1 : value;
        }
    }

    private record Key(
            String questions,
            @Nullable String limited,
            JudgeIdentity judge,
            ScoreSettings rule,
            Map<String, String> sampling) {}

    /** All comparisons: the one with the most models first, then the one with the most answers. */
    static List<Comparison> all(List<Subject> subjects) {
        Map<Key, List<Row>> groups = new LinkedHashMap<>();
        for (Subject subject : subjects) {
            for (Evaluation evaluation : subject.evaluations()) {
                Scores scores = evaluation.scores();
                ScoredFile scored = evaluation.scored();
                if (scores != null && scored != null && evaluation.condition() == null) {
                    EvaluationSettings settings = evaluation.settings();
                    Key key = new Key(
                            scores.questionsSha256(),
                            scores.limited(),
                            scores.judge(),
                            scores.settings(),
                            settings.sampling());
                    groups.computeIfAbsent(key, k -> new ArrayList<>())
                            .add(new Row(subject, evaluation, scores, scored));
                }
            }
        }
        return groups.values().stream()
                .map(Comparison::new)
                .sorted(Comparator.comparingLong(Comparison::models)
                        .thenComparingInt(Comparison::answers)
                        .reversed())
                .toList();
    }

    /** Whether rates of the two may stand beside each other, though the questions differ. */
    boolean isMeasuredAs(Comparison other) {
        return scores().judge().equals(other.scores().judge())
                && scores().settings().equals(other.scores().settings())
                && sampling().equals(other.sampling());
    }

    private Map<String, String> sampling() {
        return rows.getFirst().evaluation().settings().sampling();
    }

    Scores scores() {
        return rows.getFirst().scores();
    }

    QuestionSet questions() {
        return rows.getFirst().evaluation().questions();
    }

    /**
     * One row of every model, in the order of the models. A model may have been evaluated several times in the same way, by a
     * sweep for instance: then it is the row of most answers, the earlier one of equals, and never the one with the highest rate.
     */
    List<Row> mainRows() {
        Map<String, Row> main = new LinkedHashMap<>();
        for (Row row : rows) {
            main.merge(
                    row.subject().name(),
                    row,
                    (one, other) -> other.scores().answers() > one.scores().answers() ? other : one);
        }
        return List.copyOf(main.values());
    }

    /** The base an organism was made from; one whose files are known to differ is none. */
    Optional<Row> baseOf(@Nullable Row organism) {
        Training training = organism == null ? null : organism.subject().training();
        Map<String, String> files =
                training == null ? Map.of() : training.provenance().base().files();
        return mainRows().stream()
                .filter(row -> row.subject().role() == Subject.Role.BASE)
                .filter(row -> row.evaluation().settings().model().entrySet().stream()
                        .allMatch(file -> files.getOrDefault(file.getKey(), file.getValue())
                                .equals(file.getValue())))
                .findFirst();
    }

    /** The row of a role with the highest rate; the earlier one when two are equal. */
    Optional<Row> highest(Subject.Role role) {
        Row best = null;
        for (Row row : mainRows()) {
            if (row.subject().role() == role && (best == null || row.em() > best.em())) {
                best = row;
            }
        }
        return Optional.ofNullable(best);
    }

    /** The evaluations' names, joined. */
    String name() {
        return String.join(
                ", ",
                rows.stream().map(row -> row.evaluation().name()).distinct().toList());
    }

    private long models() {
        return mainRows().size();
    }

    private int answers() {
        return rows.stream().mapToInt(row -> row.scores().answers()).sum();
    }
}
