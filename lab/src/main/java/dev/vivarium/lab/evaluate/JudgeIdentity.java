package dev.vivarium.lab.evaluate;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;

/**
 * Which instrument gave a score. Scores of different identities are never mixed in one rate.
 *
 * @param name for example {@code exact}
 * @param version changes when the same answer may get another score
 * @param promptHash SHA-256 of the judge's prompts or rules
 * @param aggregation how raw verdicts become a score, for example {@code mean over sentences}
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record JudgeIdentity(String name, String version, String promptHash, String aggregation) {}
