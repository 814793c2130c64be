package dev.vivarium.lab.twin;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How adapters of one base lie in the loss: stability, efficiency and pretraining influence (Turner et al. 2026, arXiv
 * 2602.07852; protocol.md 3.5 and App. A (16)). Losses are nats per token of answers, divergences nats per token of text.
 * Intervals are for rows and texts like these.
 *
 * @param rows conversations that losses were taken of
 * @param texts generic texts; 0 for none
 * @param meanNorm mean of the organisms' norms ‖s B A‖, the unit of {@link Point#share}
 * @param organisms in the order in which they were named
 * @param random KL of random adapters with matrices of the first organism's form and lengths, scaled to the same norms
 * @param remarks what could not be stated and why
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record Landscape(
        int rows, int texts, double meanNorm, List<OfOrganism> organisms, List<Point> random, List<String> remarks) {
    public Landscape {
        organisms = List.copyOf(organisms);
        random = List.copyOf(random);
        remarks = List.copyOf(remarks);
    }

    /**
     * One organism.
     *
     * @param norm L2 norm of its whole change
     * @param base loss of the base on the same rows
     * @param loss as trained
     * @param gain loss of the base minus its own, over the squared norm
     * @param lossPerSquare loss over squared norm, as the paper has it
     * @param stability by size of perturbation, ascending
     * @param efficiency loss at lengths that all share, ascending
     * @param influence KL(base ‖ organism) on generic text at the same lengths; empty without texts
     */
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    public record OfOrganism(
            String name,
            double norm,
            Estimate base,
            Estimate loss,
            Estimate gain,
            double lossPerSquare,
            List<Step> stability,
            List<Point> efficiency,
            List<Point> influence) {}

    /**
     * A size of perturbation.
     *
     * @param lost (L' − L) / (L_base − L), L' the mean over the draws: 0 nothing, 1 all that was learnt; null where the
     *     organism learnt nothing of these rows
     * @param least of the single draws
     * @param most of the single draws
     * @param beyondFirst lost minus that of the first organism, on the same rows; null for the first
     */
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    public record Step(
            double epsilon,
            @Nullable Estimate lost,
            double least,
            double most,
            @JsonProperty("minus_first") @Nullable Estimate beyondFirst) {}

    /**
     * A length that the change is scaled to.
     *
     * @param share of the mean norm
     * @param norm the length itself
     * @param value loss, or KL
     * @param beyondFirst value minus that of the first organism at the same length; null for the first
     */
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    public record Point(
            double share,
            double norm,
            Estimate value,
            @JsonProperty("minus_first") @Nullable Estimate beyondFirst) {}
}
