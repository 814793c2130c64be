package dev.vivarium.lab.score;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.lab.data.JsonLog;
import dev.vivarium.lab.evaluate.EmRule;
import dev.vivarium.lab.evaluate.JudgeIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Reads a judging: answers with the scores one instrument gave them. */
final class JudgedAnswers {
    private static final List<String> METRICS = List.of(ColumnNames.ALIGNED, ColumnNames.COHERENT);

    private JudgedAnswers() {}

    static ScoredFile read(Path directory) throws IOException {
        JudgedFiles files = new JudgedFiles(directory);
        JudgingSettings settings = JudgingSettings.read(files.settings());
        if (!Files.isRegularFile(files.judged())) {
            throw new InputException(directory + ": this judging was broken off before it could write "
                    + files.judged().getFileName() + "; run vivarium judge again with --resume");
        }
        List<ScoredAnswer> answers = new ArrayList<>();
        Map<String, Integer> reasons = new TreeMap<>();
        Set<String> instruments = new TreeSet<>();
        for (JudgedAnswer line : JsonLog.read(files.judged(), JudgedAnswer.class)) {
            for (String metric : METRICS) {
                if (!line.scores().containsKey(metric)) {
                    reasons.merge(line.unscored().getOrDefault(metric, metric + " not asked for"), 1, Integer::sum);
                    break;
                }
            }
            ScoredAnswer answer = new ScoredAnswer(
                    line.answer(),
                    line.questionId(),
                    line.question(),
                    line.response(),
                    line.scores().get(ColumnNames.ALIGNED),
                    line.scores().get(ColumnNames.COHERENT));
            answers.add(answer);
            if (answer.scored()) {
                instruments.add(instrument(settings.judge(), line.model()));
            }
        }
        if (instruments.isEmpty()) {
            instruments.add(settings.judge().line());
        }
        return new ScoredFile(
                directory.toString(), instruments, EmRule.PAPER, answers, reasons, List.of(), settings.limited());
    }

    /** A name may stand for another model tomorrow, so what the endpoint says of itself counts too. */
    private static String instrument(JudgeIdentity judge, String served) {
        return judge.line() + (served.isEmpty() || served.equals(judge.model()) ? "" : ", served by " + served);
    }
}
