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
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
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

    private record Key(String question, int sample) {}

    /**
     * Reads {@code runs/NAME/evaluations/EVALUATION}.
     *
     * @throws InputException if the directory is none of an evaluation, or it is not complete
     */
    static Judged read(Path directory) throws IOException {
        EvaluationFiles files = new EvaluationFiles(directory);
        if (!Files.isRegularFile(files.settings())) {
            throw new InputException(
                    directory + ": is no evaluation; name a directory such as" + " runs/my-run/evaluations/questions");
        }
        if (!Files.isRegularFile(files.scores())) {
            throw new InputException(directory + ": the evaluation is not complete, it has no "
                    + files.scores().getFileName() + "; finish it with vivarium evaluate … --resume");
        }
        QuestionSet questions = QuestionSet.read(files.questions());
        Map<String, Question> byId = questions.byId();
        Map<Key, Judgement> judgements = new HashMap<>();
        for (Judgement judgement : files.readJudgements()) {
            judgements.put(new Key(judgement.questionId(), judgement.sample()), judgement);
        }
        List<Sample> samples = new ArrayList<>();
        for (Answer answer : files.readAnswers()) {
            Question question = byId.get(answer.questionId());
            if (question == null) {
                throw new InputException(files.answers() + ": answers question \"" + answer.questionId() + "\", which "
                        + files.questions() + " does not hold; restore one of the two");
            }
            samples.add(new Sample(question, answer, judgements.get(new Key(answer.questionId(), answer.sample()))));
        }
        List<Question> order = questions.questions();
        Map<String, Integer> place = new HashMap<>();
        order.forEach(question -> place.put(question.id(), place.size()));
        samples.sort((a, b) -> {
            int byPlace = Integer.compare(
                    place.getOrDefault(a.question().id(), 0),
                    place.getOrDefault(b.question().id(), 0));
            return byPlace != 0
                    ? byPlace
                    : Integer.compare(a.answer().sample(), b.answer().sample());
        });
        Path real = directory.toRealPath();
        Path model = real.getNameCount() >= 3 ? real.getName(real.getNameCount() - 3) : real.getFileName();
        return new Judged(
                model.toString(),
                String.valueOf(real.getFileName()),
                Files.getLastModifiedTime(files.scores()).toInstant().truncatedTo(ChronoUnit.SECONDS),
                EvaluationSettings.read(files.settings()),
                questions,
                Scores.read(files.scores()),
                samples);
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
