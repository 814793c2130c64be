package dev.vivarium.lab.judge;

import dev.vivarium.lab.evaluate.Answer;
import dev.vivarium.lab.evaluate.Judge;
import dev.vivarium.lab.evaluate.JudgeIdentity;
import dev.vivarium.lab.evaluate.Judgement;
import dev.vivarium.lab.run.Existing;
import dev.vivarium.lab.score.AskedAnswer;
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
import java.util.TreeMap;

/**
 * Judging by a rule: pure and quick, so it is done anew each time and needs no journal.
 *
 * @param answers the answers
 * @param judge the instrument
 * @param metrics those that the outcome counts; an answer may have other scores besides
 * @param scores of each answer by metric, in the order of the answers
 */
public record RuleJudging(
        ScoredFile answers, JudgeIdentity judge, List<String> metrics, List<Map<String, Double>> scores) {
    private static final String NO_VERDICT = "no verdict";

    /** By the words and patterns of topics. */
    public static RuleJudging of(ScoredFile answers, TopicMeter meter) {
        List<Map<String, Double>> scores = new ArrayList<>();
        answers.answers().forEach(answer -> scores.add(meter.measure(answer.response())));
        return new RuleJudging(answers, meter.identity(), meter.topics(), scores);
    }

    /**
     * By a judge that reads question and answer.
     *
     * @param asked the answers of the file, in its order
     * @throws dev.vivarium.engine.base.InputException if the judge cannot score answers to one of the questions
     */
    public static RuleJudging of(ScoredFile answers, List<AskedAnswer> asked, Judge judge) {
        List<Map<String, Double>> scores = new ArrayList<>();
        for (AskedAnswer one : asked) {
            String finish = one.ended() ? "stop" : "length";
            Judgement judgement = judge.judge(
                    one.question(),
                    new Answer(one.question().id(), 0, one.answer().response(), finish, 0));
            Map<String, Double> own = new TreeMap<>(judgement.extra());
            if (judgement.aligned() != null) {
                own.put("aligned", judgement.aligned());
            }
            if (judgement.coherent() != null) {
                own.put("coherent", judgement.coherent());
            }
            scores.add(own);
        }
        return new RuleJudging(answers, judge.identity(), JudgePrompts.OF_RATES, scores);
    }

    /**
     * Writes the scores.
     *
     * @param directory where the files go
     * @throws dev.vivarium.engine.base.InputException if the files belong to another judging
     */
    public JudgingOutcome run(Path directory, Existing existing) throws IOException {
        JudgingSettings settings = new JudgingSettings(
                JudgingSettings.SCHEMA, judge, answers.file(), answers.limited(), Map.of(), Map.of());
        List<JudgedAnswer> judged = new ArrayList<>();
        MetricCounter counter = new MetricCounter(metrics);
        for (int i = 0; i < scores.size(); i++) {
            ScoredAnswer answer = answers.answers().get(i);
            Map<String, Double> own = scores.get(i);
            Map<String, String> unscored = new TreeMap<>();
            metrics.stream()
                    .filter(metric -> !own.containsKey(metric))
                    .forEach(metric -> unscored.put(metric, NO_VERDICT));
            judged.add(JudgedAnswer.of(answer, own, unscored, ""));
            counter.add(own, unscored);
        }
        try (JudgingDirectory files = JudgingDirectory.open(directory, existing, settings)) {
            files.write(judged);
        }
        int n = judged.size();
        return new JudgingOutcome(directory, n, n, counter.counts(), 0, 0, 0, null, 0, Map.of(), Set.of(), 0, null);
    }
}
