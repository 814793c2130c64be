package dev.vivarium.lab.results;

import dev.vivarium.lab.data.JsonLog;
import dev.vivarium.lab.evaluate.Answer;
import dev.vivarium.lab.evaluate.Judgement;
import dev.vivarium.lab.evaluate.Scores;
import dev.vivarium.lab.results.Evaluation.Key;
import dev.vivarium.lab.score.ColumnNames;
import dev.vivarium.lab.score.JudgedAnswer;
import dev.vivarium.lab.score.JudgedFiles;
import dev.vivarium.lab.score.JudgingSettings;
import dev.vivarium.lab.score.ScoredFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What another judge than the evaluation's own said about its answers: one directory below {@code judged/}.
 *
 * @param name of its directory
 * @param settings the instrument
 * @param verdicts of answers that the evaluation holds
 * @param strange answers judged there that the evaluation does not hold, so that they were left out
 * @param scored answers with their scores; null where the judging was broken off before it wrote any
 */
public record Judging(
        String name,
        JudgingSettings settings,
        List<Verdict> verdicts,
        int strange,
        @Nullable ScoredFile scored) {
    public Judging {
        verdicts = List.copyOf(verdicts);
    }

    /** One answer and all that was said of it. */
    public record Verdict(Key answer, JudgedAnswer judged) {
        /** The same as the evaluation's own judge would have written it down. */
        public Judgement judgement() {
            Map<String, Double> extra = new TreeMap<>(judged.scores());
            Double aligned = extra.remove(ColumnNames.ALIGNED);
            Double coherent = extra.remove(ColumnNames.COHERENT);
            return new Judgement(answer.question(), answer.sample(), aligned, coherent, extra);
        }
    }

    static List<Judging> readAll(Path evaluation, List<Answer> answers) throws IOException {
        Path place = evaluation.resolve(JudgedFiles.FOLDER);
        if (!Files.isDirectory(place)) {
            return List.of();
        }
        List<Path> directories;
        try (Stream<Path> children = Files.list(place)) {
            directories = children.filter(child -> Files.isRegularFile(new JudgedFiles(child).settings()))
                    .sorted()
                    .toList();
        }
        Map<String, Key> keys = new HashMap<>();
        ScoredFile file = ScoredFile.readAnswers(evaluation, ColumnNames.DEFAULT);
        for (int i = 0; i < answers.size(); i++) {
            Key key = new Key(answers.get(i).questionId(), answers.get(i).sample());
            keys.put(String.valueOf(file.answers().get(i).key()), key);
        }
        List<Judging> judgings = new ArrayList<>();
        for (Path directory : directories) {
            judgings.add(read(directory, keys));
        }
        return judgings;
    }

    private static Judging read(Path directory, Map<String, Key> keys) throws IOException {
        JudgedFiles files = new JudgedFiles(directory);
        List<Verdict> verdicts = new ArrayList<>();
        int strange = 0;
        for (JudgedAnswer judged : JsonLog.read(files.judged(), JudgedAnswer.class)) {
            Key key = keys.get(judged.answer());
            if (key == null) {
                strange++;
            } else {
                verdicts.add(new Verdict(key, judged));
            }
        }
        return new Judging(
                String.valueOf(directory.getFileName()),
                JudgingSettings.read(files.settings()),
                verdicts,
                strange,
                verdicts.isEmpty() ? null : ScoredFile.read(directory, ColumnNames.DEFAULT, true));
    }

    /** Rates of an evaluation by this judge, by the evaluation's rule; answers without a verdict are unscored. */
    public Scores scores(Evaluation evaluation) {
        return Scores.of(
                evaluation.questions(),
                evaluation.answers(),
                verdicts.stream().map(Verdict::judgement).toList(),
                settings.judge(),
                evaluation.scoreSettings());
    }
}
