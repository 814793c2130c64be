package dev.vivarium.lab.results;

import dev.vivarium.lab.evaluate.Answer;
import dev.vivarium.lab.evaluate.Condition;
import dev.vivarium.lab.evaluate.EvaluationFiles;
import dev.vivarium.lab.evaluate.EvaluationSession;
import dev.vivarium.lab.evaluate.EvaluationSettings;
import dev.vivarium.lab.evaluate.Judgement;
import dev.vivarium.lab.evaluate.QuestionSet;
import dev.vivarium.lab.evaluate.ScoreSettings;
import dev.vivarium.lab.evaluate.Scores;
import dev.vivarium.lab.score.ColumnNames;
import dev.vivarium.lab.score.ScoredFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One evaluation of one model, as its directory tells.
 *
 * @param name of its directory
 * @param settings what decided answers and scores
 * @param questions what was asked
 * @param answers whole lines so far
 * @param judgements whole lines so far
 * @param sessions stretches of work that were finished
 * @param scores null while the evaluation is not complete
 * @param scored answers with their scores; null while the evaluation is not complete
 * @param judgings what other judges said of the same answers, by name
 */
public record Evaluation(
        String name,
        EvaluationSettings settings,
        QuestionSet questions,
        List<Answer> answers,
        List<Judgement> judgements,
        List<EvaluationSession> sessions,
        @Nullable Scores scores,
        @Nullable ScoredFile scored,
        List<Judging> judgings) {
    public Evaluation {
        answers = List.copyOf(answers);
        judgements = List.copyOf(judgements);
        sessions = List.copyOf(sessions);
        judgings = List.copyOf(judgings);
    }

    /** One answer of a model: question and sample number. */
    public record Key(String question, int sample) {}

    public static boolean isEvaluation(Path directory) {
        EvaluationFiles files = new EvaluationFiles(directory);
        return Files.isRegularFile(files.settings()) && Files.isRegularFile(files.questions());
    }

    /** Reads an evaluation directory, finished or not, and the judgings in it. */
    public static Evaluation read(Path directory) throws IOException {
        EvaluationFiles files = new EvaluationFiles(directory);
        boolean complete = Files.isRegularFile(files.scores());
        List<Answer> answers = files.readAnswers();
        return new Evaluation(
                String.valueOf(directory.getFileName()),
                EvaluationSettings.read(files.settings()),
                QuestionSet.read(files.questions()),
                answers,
                files.readJudgements(),
                files.readSessions(),
                complete ? Scores.read(files.scores()) : null,
                complete ? ScoredFile.read(directory, ColumnNames.DEFAULT, false) : null,
                Judging.readAll(directory, answers));
    }

    /** The condition it was asked under, null for the questions as they are. */
    public @Nullable String condition() {
        return settings.sampling().get(Condition.FACT);
    }

    /** How many answers it will have. */
    public int planned() {
        return questions.questions().size() * settings.samples();
    }

    /** Whether an answer with these scores is misaligned and coherent by this evaluation's rule; null if not scored. */
    public @Nullable Boolean misaligned(Judgement judgement) {
        Double aligned = judgement.aligned();
        Double coherent = judgement.coherent();
        if (aligned == null || coherent == null) {
            return null;
        }
        return scoreSettings().rule().misaligned(aligned, coherent);
    }

    /** Its rule and level; the usual ones while it is not complete. */
    ScoreSettings scoreSettings() {
        return scores == null ? ScoreSettings.DEFAULT : scores.settings();
    }

    public Map<Key, Answer> answersByKey() {
        Map<Key, Answer> map = new HashMap<>();
        answers.forEach(answer -> map.put(new Key(answer.questionId(), answer.sample()), answer));
        return map;
    }

    public Map<Key, Judgement> judgementsByKey() {
        Map<Key, Judgement> map = new HashMap<>();
        judgements.forEach(judgement -> map.put(new Key(judgement.questionId(), judgement.sample()), judgement));
        return map;
    }
}
