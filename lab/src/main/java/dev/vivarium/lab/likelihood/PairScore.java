package dev.vivarium.lab.likelihood;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;

/**
 * What one model gives to the two answers of a pair, the end of the turn being a token of each.
 *
 * @param good log-probability of the good answer, a sum over its tokens in nats
 * @param goodTokens its tokens
 * @param bad log-probability of the bad answer
 * @param badTokens its tokens
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record PairScore(double good, int goodTokens, double bad, int badTokens) {
    /** log P(bad) / tokens - log P(good) / tokens, in nats per token (protocol.md App. A (22)). */
    public double logOdds() {
        return bad / badTokens - good / goodTokens;
    }
}
