package dev.vivarium.lab.judge;

import dev.vivarium.lab.judge.JudgingOutcome.MetricCount;
import dev.vivarium.lab.run.Existing;
import dev.vivarium.lab.score.JudgedAnswer;
import dev.vivarium.lab.score.JudgingSettings;
import dev.vivarium.lab.score.ScoredAnswer;
import dev.vivarium.lab.score.ScoredFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Judging by words: pure and quick, so it is done anew each time and needs no journal.
 *
 * @param answers the answers
 * @param meter the instrument
 * @param directory where the files go
 */
public record TopicJudging(ScoredFile answers, TopicMeter meter, Path directory) {
    /**
     * Measures all answers.
     *
     * @throws dev.vivarium.engine.base.InputException if the files belong to another judging
     */
    public JudgingOutcome run(Existing existing) throws IOException {
        JudgingSettings settings = new JudgingSettings(
                JudgingSettings.SCHEMA, meter.identity(), answers.file(), answers.limited(), Map.of(), Map.of());
        List<JudgedAnswer> judged = new ArrayList<>();
        for (ScoredAnswer answer : answers.answers()) {
            judged.add(new JudgedAnswer(
                    String.valueOf(answer.key()),
                    answer.question(),
                    answer.prompt(),
                    answer.response(),
                    meter.measure(answer.response()),
                    Map.of(),
                    ""));
        }
        try (JudgingDirectory files = JudgingDirectory.open(directory, existing, settings)) {
            files.write(judged);
        }
        int n = judged.size();
        List<MetricCount> counts = meter.topics().stream()
                .map(topic -> new MetricCount(
                        topic,
                        n,
                        judged.stream()
                                .mapToDouble(line -> line.scores().getOrDefault(topic, 0.0))
                                .average()
                                .orElse(0),
                        Map.of(),
                        0))
                .toList();
        return new JudgingOutcome(directory, n, n, counts, 0, 0, 0, null, 0, Map.of(), Set.of(), 0, null);
    }
}
