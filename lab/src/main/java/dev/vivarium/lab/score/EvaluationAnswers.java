package dev.vivarium.lab.score;

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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Reads the answers and judgements of one of our own evaluation directories, finished or not. */
final class EvaluationAnswers {
    private record Sample(String question, int sample) {}

    private EvaluationAnswers() {}

    static ScoredFile read(Path directory) throws IOException {
        EvaluationFiles files = new EvaluationFiles(directory);
        Map<String, Question> questions = QuestionSet.read(files.questions()).byId();
        Map<Sample, Judgement> judgements = judgements(files);
        List<ScoredAnswer> answers = new ArrayList<>();
        Map<String, Integer> reasons = new TreeMap<>();
        AnswerKeys keys = new AnswerKeys();
        Map<Sample, Answer> seen = new HashMap<>();
        for (Answer answer : files.readAnswers()) {
            Sample sample = new Sample(answer.questionId(), answer.sample());
            Question question = questions.get(answer.questionId());
            if (question == null) {
                throw new InputException(files.answers() + ": answers question \"" + answer.questionId() + "\", which "
                        + files.questions() + " does not hold; restore one of the two");
            }
            if (seen.put(sample, answer) != null) {
                throw doubled(files.answers(), sample);
            }
            Judgement judgement = judgements.get(sample);
            if (judgement == null || !judgement.scored()) {
                reasons.merge(judgement == null ? "not judged" : "no verdict", 1, Integer::sum);
            }
            answers.add(new ScoredAnswer(
                    keys.next(question.id(), answer.text()),
                    question.cluster(),
                    question.text(),
                    answer.text(),
                    judgement == null ? null : judgement.aligned(),
                    judgement == null ? null : judgement.coherent()));
        }
        EvaluationSettings settings = EvaluationSettings.read(files.settings());
        return new ScoredFile(
                directory.toString(),
                Set.of(settings.judge().line()),
                rule(files),
                answers,
                reasons,
                List.of(),
                settings.limited());
    }

    private static Map<Sample, Judgement> judgements(EvaluationFiles files) throws IOException {
        Map<Sample, Judgement> judgements = new HashMap<>();
        for (Judgement judgement : files.readJudgements()) {
            Sample sample = new Sample(judgement.questionId(), judgement.sample());
            if (judgements.put(sample, judgement) != null) {
                throw doubled(files.judgements(), sample);
            }
        }
        return judgements;
    }

    private static InputException doubled(@Nullable Path file, Sample sample) {
        return new InputException(file + ": question \"" + sample.question() + "\", sample " + sample.sample()
                + " stands there twice; restore the file or evaluate again with --force");
    }

    private static EmRule rule(EvaluationFiles files) {
        return Files.isRegularFile(files.scores())
                ? Scores.read(files.scores()).settings().rule()
                : EmRule.PAPER;
    }
}
