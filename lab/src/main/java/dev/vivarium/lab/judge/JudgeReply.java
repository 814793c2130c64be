package dev.vivarium.lab.judge;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a judge's model replied to one request, with every probability it gave; one line of {@code requests.jsonl}. Scores are
 * computed from it and can be computed again.
 *
 * @param request SHA-256 of metric and prompt: the same question about the same answer is asked once
 * @param metric what was asked for, such as {@code aligned}
 * @param sample which of several replies to the same prompt, from 0
 * @param positions the reply token by token; empty where the endpoint gives no log-probabilities
 * @param text the reply as text
 * @param finish why it ended, as the endpoint says
 * @param model the model that replied, as the endpoint says
 * @param fingerprint the endpoint's configuration, as it says; null if it does not
 * @param promptTokens tokens paid for reading
 * @param completionTokens tokens paid for writing
 * @param tries requests that it took, failed ones included
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record JudgeReply(
        String request,
        String metric,
        int sample,
        List<Position> positions,
        String text,
        String finish,
        String model,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String fingerprint,
        int promptTokens,
        int completionTokens,
        int tries) {
    /**
     * One token of a reply.
     *
     * @param token the token that was written
     * @param top the most probable tokens there, it among them
     */
    public record Position(String token, List<TokenProbability> top) {
        public Position {
            top = List.copyOf(top);
        }
    }

    /**
     * A token and its probability.
     *
     * @param logprob natural logarithm, at most 0; some endpoints write -9999 for none
     */
    public record TokenProbability(String token, double logprob) {}

    public JudgeReply {
        positions = List.copyOf(positions);
    }
}
