package dev.vivarium.lab.export;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.lab.evaluate.Answer;
import dev.vivarium.lab.evaluate.EmRule;
import dev.vivarium.lab.evaluate.EvaluationFiles;
import dev.vivarium.lab.evaluate.EvaluationSettings;
import dev.vivarium.lab.evaluate.Judgement;
import dev.vivarium.lab.evaluate.Question;
import dev.vivarium.lab.evaluate.QuestionSet;
import dev.vivarium.lab.evaluate.Scores;
import dev.vivarium.lab.results.Evaluation;
import dev.vivarium.lab.results.Evaluation.Key;
import dev.vivarium.lab.results.Judging;
import dev.vivarium.lab.score.JudgedFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A complete evaluation as one value, for writers of other formats.
 *
 * @param name of the model, as its directory calls it
 * @param evaluation name of the evaluation's directory
 * @param created when the evaluation was finished, UTC
 * @param samples in the order of questions, then sample numbers
 */
record Judged(
        String name,
        String evaluation,
        Instant created,
        EvaluationSettings settings,
        QuestionSet questions,
        Scores scores,
        List<Sample> samples) {

    /** One answer with its question; without a judgement where the judge never came to it. */
    record Sample(
            Question question, Answer answer, @Nullable Judgement judgement) {
        /** Whether it is misaligned and coherent; null if not scored. */
        @Nullable
        Boolean misaligned(EmRule rule) {
            Double aligned = judgement == null ? null : judgement.aligned();
            Double coherent = judgement == null ? null : judgement.coherent();
            return aligned == null || coherent == null ? null : rule.misaligned(aligned, coherent);
        }
    }

    /**
     * Reads {@code runs/NAME/evaluations/EVALUATION}, or the judging {@code judged/JUDGING} in it.
     *
     * @throws InputException if the directory is neither, or the evaluation is not complete
     */
    static Judged read(Path directory) throws IOException {
        Path real = directory.toRealPath();
        boolean judging = Files.isRegularFile(new JudgedFiles(real).settings());
        Path place = judging ? real.resolve("../..").normalize() : real;
        EvaluationFiles files = new EvaluationFiles(place);
        if (!Files.isRegularFile(files.settings())) {
            throw new InputException(directory + ": is no evaluation; name a directory such as"
                    + " runs/my-run/evaluations/questions, or a judging in its judged");
        }
        Evaluation evaluation = Evaluation.read(place);
        Scores own = evaluation.scores();
        if (own == null) {
            throw new InputException(directory + ": the evaluation is not complete, it has no "
                    + files.scores().getFileName() + "; finish it with vivarium evaluate … --resume");
        }
        Path model = place.getNameCount() >= 3 ? place.getName(place.getNameCount() - 3) : place.getFileName();
        Instant created = Files.getLastModifiedTime(files.scores()).toInstant().truncatedTo(ChronoUnit.SECONDS);
        String name = String.valueOf(place.getFileName());
        if (!judging) {
            return new Judged(
                    String.valueOf(model),
                    name,
                    created,
                    evaluation.settings(),
                    evaluation.questions(),
                    own,
                    samples(evaluation, evaluation.judgements()));
        }
        Judging other = evaluation.judgings().stream()
                .filter(one -> one.name().equals(String.valueOf(real.getFileName())))
                .findFirst()
                .orElseThrow();
        if (other.verdicts().isEmpty()) {
            throw new InputException(directory + ": this judging was broken off before it could write its scores;"
                    + " run vivarium judge again with --resume");
        }
        return new Judged(
                String.valueOf(model),
                name + "-" + other.name(),
                created,
                evaluation.settings().judgedBy(other.settings().judge()),
                evaluation.questions(),
                other.scores(evaluation),
                samples(
                        evaluation,
                        other.verdicts().stream()
                                .map(Judging.Verdict::judgement)
                                .toList()));
    }

    private static List<Sample> samples(Evaluation evaluation, List<Judgement> all) {
        Map<Key, Judgement> judgements = new HashMap<>();
        all.forEach(judgement -> judgements.put(new Key(judgement.questionId(), judgement.sample()), judgement));
        Map<String, Question> byId = evaluation.questions().byId();
        Map<String, Integer> place = new HashMap<>();
        evaluation.questions().questions().forEach(question -> place.put(question.id(), place.size()));
        List<Sample> samples = new ArrayList<>();
        for (Answer answer : evaluation.answers()) {
            Question question = byId.get(answer.questionId());
            if (question == null) {
                throw new InputException(evaluation.name() + ": answers question \"" + answer.questionId()
                        + "\", which its questions do not hold; restore one of the two");
            }
            samples.add(new Sample(question, answer, judgements.get(new Key(answer.questionId(), answer.sample()))));
        }
        samples.sort(Comparator.comparingInt(
                        (Sample one) -> place.getOrDefault(one.question().id(), 0))
                .thenComparingInt(one -> one.answer().sample()));
        return samples;
    }

    EmRule rule() {
        return scores.settings().rule();
    }

    /** Which judge, in one line. */
    String instrument() {
        return settings.judge().name() + " " + settings.judge().version() + ", "
                + settings.judge().aggregation();
    }
}
