package dev.vivarium.lab.run;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import org.jspecify.annotations.Nullable;

/**
 * One line of {@code metrics.jsonl}: what one optimizer step did.
 *
 * @param step from 1
 * @param loss what was minimised, mean per supervised token in nats
 * @param learningRate used by this step
 * @param gradNorm global L2 norm before clipping
 * @param tokens real tokens that went through the model in this step
 * @param seconds wall time of this step
 * @param sft the likelihood part of the loss; only with a KL term
 * @param kl mean divergence from the base in nats per token; only with a KL term
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonPropertyOrder({"step", "loss", "lr", "grad_norm", "tokens", "seconds", "sft", "kl"})
public record StepMetrics(
        int step,
        double loss,
        @JsonProperty("lr") double learningRate,
        @JsonProperty("grad_norm") double gradNorm,
        long tokens,
        double seconds,
        @Nullable Double sft,
        @Nullable Double kl) {}
