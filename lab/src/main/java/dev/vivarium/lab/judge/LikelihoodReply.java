package dev.vivarium.lab.judge;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a model gives to one answer; one line of the journal of a judging by likelihood.
 *
 * @param request SHA-256 of the conversation, the answer and whether it ended
 * @param tokens of the answer
 * @param systems log-probability of the answer behind each system turn, in the order of the dispositions
 * @param author log-probability that the model gives to it which wrote it; null where that is not known
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
record LikelihoodReply(
        String request,
        int tokens,
        List<Double> systems,
        @Nullable Double author) {}
