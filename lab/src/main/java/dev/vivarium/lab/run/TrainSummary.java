package dev.vivarium.lab.run;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code summary.json}: how a training run ended.
 *
 * @param run the run directory, as it was named
 * @param output the directory with what was trained
 * @param steps optimizer steps done
 * @param rows rows trained on
 * @param trainedParameters number of trained values
 * @param firstLoss of step 1
 * @param lastLoss of the last step
 * @param heldOutLoss mean negative log-likelihood per supervised token of held-out rows, in nats; absent without such
 * @param norm of the change: adapter L2 norm (s·B·A or α·v); absent for full fine-tuning
 * @param tokens real tokens that went through the model
 * @param seconds wall time of the steps alone
 * @param tokensPerSecond the former by the latter
 * @param remarks what a user should know, in plain sentences
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonPropertyOrder({
    "run",
    "output",
    "steps",
    "rows",
    "trained_parameters",
    "first_loss",
    "last_loss",
    "held_out_loss",
    "norm",
    "tokens",
    "seconds",
    "tokens_per_second",
    "remarks"
})
public record TrainSummary(
        String run,
        String output,
        int steps,
        int rows,
        @JsonProperty("trained_parameters") long trainedParameters,
        @JsonProperty("first_loss") double firstLoss,
        @JsonProperty("last_loss") double lastLoss,
        @JsonProperty("held_out_loss") @Nullable Double heldOutLoss,
        @Nullable Double norm,
        long tokens,
        double seconds,
        @JsonProperty("tokens_per_second") double tokensPerSecond,
        List<String> remarks) {
    public TrainSummary {
        remarks = List.copyOf(remarks);
    }
}
