package dev.vivarium.lab.talk;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.vivarium.engine.text.Message;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One answer to one prompt; a line of the file that {@link AnswerRun} writes.
 *
 * @param id of the prompt
 * @param adapter name of the adapter that answered; null for the model as it is
 * @param sample which of the samples, from 0
 * @param seed root of the random numbers
 * @param messages what was asked
 * @param answer the text without special tokens
 * @param finish {@code stop} when the model ended its turn, {@code length} when the token limit cut it
 * @param tokens sampled tokens, the closing one included
 * @param meanLogProbability mean log-probability of these tokens under the distribution they were drawn from, after
 *     temperature and filters; absent for temperature 0, where nothing is drawn
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record AnswerRow(
        String id,
        @Nullable String adapter,
        int sample,
        long seed,
        List<Message> messages,
        String answer,
        String finish,
        int tokens,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Double meanLogProbability) {
    public AnswerRow {
        messages = List.copyOf(messages);
    }
}
