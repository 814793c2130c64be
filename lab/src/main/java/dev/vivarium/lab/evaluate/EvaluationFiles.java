package dev.vivarium.lab.evaluate;

import dev.vivarium.lab.data.JsonLog;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * The files of one evaluation directory, for those who read results.
 *
 * @param directory {@code evaluations/<name>/}
 */
public record EvaluationFiles(Path directory) {
    /** Settings it was begun with. */
    public Path settings() {
        return directory.resolve("evaluation.json");
    }

    /** A copy of the questions, so that the directory explains itself. */
    public Path questions() {
        return directory.resolve("questions.yaml");
    }

    /** One {@link Answer} per line. */
    public Path answers() {
        return directory.resolve("answers.jsonl");
    }

    /** One {@link Judgement} per line. */
    public Path judgements() {
        return directory.resolve("judgements.jsonl");
    }

    /** The {@link Scores}; there when the evaluation is complete. */
    public Path scores() {
        return directory.resolve("scores.json");
    }

    /** One {@link EvaluationSession} per line. */
    public Path sessions() {
        return directory.resolve("sessions.jsonl");
    }

    /** Whole lines of {@link #answers}. */
    public List<Answer> readAnswers() throws IOException {
        return JsonLog.read(answers(), Answer.class);
    }

    /** Whole lines of {@link #judgements}. */
    public List<Judgement> readJudgements() throws IOException {
        return JsonLog.read(judgements(), Judgement.class);
    }

    /** Whole lines of {@link #sessions}. */
    public List<EvaluationSession> readSessions() throws IOException {
        return JsonLog.read(sessions(), EvaluationSession.class);
    }
}
