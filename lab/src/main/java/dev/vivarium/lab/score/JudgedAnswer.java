package dev.vivarium.lab.score;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * An answer with all its scores; one line of {@code judged.jsonl}.
 *
 * @param answer its {@link ScoredAnswer#key}
 * @param questionId id of the question, the unit of inference
 * @param question text of the question
 * @param response the answer
 * @param scores 0 … 100 by metric
 * @param unscored why there is no score, by metric, such as {@code REFUSAL}
 * @param model the model that judged, as its endpoint says; empty where none did
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record JudgedAnswer(
        String answer,
        String questionId,
        String question,
        String response,
        Map<String, Double> scores,
        Map<String, String> unscored,
        String model) {
    public JudgedAnswer {
        scores = Collections.unmodifiableMap(new TreeMap<>(scores));
        unscored = Collections.unmodifiableMap(new TreeMap<>(unscored));
        scores.forEach((metric, score) -> {
            if (!(score >= 0 && score <= 100)) {
                throw new IllegalArgumentException(metric + " must lie in 0 … 100: " + score);
            }
        });
    }

    /** The scores of an answer. */
    public static JudgedAnswer of(
            ScoredAnswer answer, Map<String, Double> scores, Map<String, String> unscored, String model) {
        return new JudgedAnswer(
                String.valueOf(answer.key()),
                answer.question(),
                answer.prompt(),
                answer.response(),
                scores,
                unscored,
                model);
    }
}
