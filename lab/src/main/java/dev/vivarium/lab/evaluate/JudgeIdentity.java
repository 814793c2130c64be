package dev.vivarium.lab.evaluate;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import org.jspecify.annotations.Nullable;

/**
 * Which instrument gave a score. Scores of different identities are never mixed in one rate.
 *
 * @param name for example {@code exact} or {@code openai}
 * @param model the model that reads the answers, as it was asked for; null for a judge that needs none
 * @param version changes when the same answer may get another score
 * @param promptHash SHA-256 of the judge's prompts or rules
 * @param aggregation how raw verdicts become a score, for example {@code mean over sentences}
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record JudgeIdentity(
        String name,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String model,
        String version,
        String promptHash,
        String aggregation) {
    private static final int SHORT_HASH = 8;

    /** The identity of a judge that needs no model. */
    public JudgeIdentity(String name, String version, String promptHash, String aggregation) {
        this(name, null, version, promptHash, aggregation);
    }

    /** The instrument in one line; two that differ in anything have different lines. */
    public String line() {
        return name + (model == null ? "" : " " + model) + " " + version + ", prompts "
                + promptHash.substring(0, Math.min(SHORT_HASH, promptHash.length())) + ", " + aggregation;
    }
}
