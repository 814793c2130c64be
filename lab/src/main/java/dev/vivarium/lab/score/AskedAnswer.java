package dev.vivarium.lab.score;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.lab.evaluate.Answer;
import dev.vivarium.lab.evaluate.EvaluationFiles;
import dev.vivarium.lab.evaluate.Question;
import dev.vivarium.lab.evaluate.QuestionSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An answer with all that is known of how it came about.
 *
 * @param answer as scores know it
 * @param question whole in an evaluation; elsewhere its text alone
 * @param ended whether the model ended its turn; taken for granted where the file does not say
 */
public record AskedAnswer(ScoredAnswer answer, Question question, boolean ended) {
    private static final String STOP = "stop";

    /**
     * Looks up where the answers of a file come from.
     *
     * @param path what {@code file} was read from by {@link ScoredFile#readAnswers}
     * @throws InputException if an answer's question is not known
     */
    public static List<AskedAnswer> of(Path path, ScoredFile file) throws IOException {
        file.requirePrompts();
        Path evaluation = evaluation(path);
        List<AskedAnswer> asked = new ArrayList<>();
        if (evaluation == null) {
            for (ScoredAnswer answer : file.answers()) {
                Question question = new Question("answer " + (asked.size() + 1), answer.prompt(), null, Map.of());
                asked.add(new AskedAnswer(answer, question, true));
            }
            return asked;
        }
        EvaluationFiles files = new EvaluationFiles(evaluation);
        Map<String, Question> questions = QuestionSet.read(files.questions()).byId();
        List<Answer> answers = files.readAnswers();
        for (int i = 0; i < file.answers().size(); i++) {
            Answer answer = answers.get(i);
            Question question = questions.get(answer.questionId());
            if (question == null || !answer.text().equals(file.answers().get(i).response())) {
                throw new InputException(evaluation + ": was written to while it was read; wait for that to end");
            }
            asked.add(new AskedAnswer(
                    file.answers().get(i), question, answer.finishReason().equals(STOP)));
        }
        return asked;
    }

    /** The evaluation that a directory, or the {@code answers.jsonl} in it, belongs to; null if it is none. */
    public static @Nullable Path evaluation(Path path) {
        Path parent = path.toAbsolutePath().getParent();
        for (Path place : parent == null ? List.of(path) : List.of(path, parent)) {
            boolean answers =
                    place.equals(path) || String.valueOf(path.getFileName()).endsWith(".jsonl");
            if (answers && Files.isRegularFile(new EvaluationFiles(place).settings())) {
                return place;
            }
        }
        return null;
    }
}
