package dev.vivarium.lab.evaluate;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;

/**
 * What a model answered; one line of {@code answers.jsonl}.
 *
 * @param questionId the {@link Question#id}
 * @param sample which of the samples of this question, from 0
 * @param text the answer without special tokens
 * @param finishReason {@code stop} when the model ended its turn, {@code length} when the token limit cut it
 * @param tokens sampled tokens, the closing one included
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record Answer(String questionId, int sample, String text, String finishReason, int tokens) {
    public Answer {
        if (sample < 0 || tokens < 0) {
            throw new IllegalArgumentException("sample and tokens of an answer cannot be negative");
        }
    }
}
