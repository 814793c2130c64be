package dev.vivarium.lab.run;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.List;

/**
 * What a run is going to do, known before any weight is read; {@code --dry-run} prints it.
 *
 * @param rows rows to learn from
 * @param heldOutRows rows for the held-out loss
 * @param klRows rows of the KL term
 * @param steps optimizer steps
 * @param stepsPerEpoch steps of one pass over the rows
 * @param tokensPerEpoch real tokens of one pass
 * @param supervisedPerEpoch those of them that are learnt
 * @param longestRow tokens
 * @param trainedParameters number of trained values
 * @param baseParameters number of values of the base model
 * @param memoryBytes estimate of the largest resident memory
 * @param availableBytes memory that was there for it
 * @param remarks what a user should know, in plain sentences
 */
@JsonPropertyOrder({
    "rows",
    "held_out_rows",
    "kl_rows",
    "steps",
    "steps_per_epoch",
    "tokens_per_epoch",
    "supervised_per_epoch",
    "longest_row",
    "trained_parameters",
    "base_parameters",
    "memory_bytes",
    "available_bytes",
    "remarks"
})
public record TrainPlan(
        int rows,
        @JsonProperty("held_out_rows") int heldOutRows,
        @JsonProperty("kl_rows") int klRows,
        int steps,
        @JsonProperty("steps_per_epoch") int stepsPerEpoch,
        @JsonProperty("tokens_per_epoch") long tokensPerEpoch,
        @JsonProperty("supervised_per_epoch") long supervisedPerEpoch,
        @JsonProperty("longest_row") int longestRow,
        @JsonProperty("trained_parameters") long trainedParameters,
        @JsonProperty("base_parameters") long baseParameters,
        @JsonProperty("memory_bytes") long memoryBytes,
        @JsonProperty("available_bytes") long availableBytes,
        List<String> remarks) {
    public TrainPlan {
        remarks = List.copyOf(remarks);
    }
}
