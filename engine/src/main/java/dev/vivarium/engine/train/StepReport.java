package dev.vivarium.engine.train;

/**
 * What one optimizer step did.
 *
 * @param step from 1
 * @param loss what was minimised: mean negative log-likelihood per supervised token in nats, plus λ · kl where there is one
 * @param sft the likelihood part alone
 * @param kl mean KL divergence from the reference per supervised token in nats; 0 without a KL term
 * @param learningRate used by this step
 * @param gradNorm global L2 norm before clipping
 * @param supervisedTokens tokens the loss is a mean over
 * @param tokens all real tokens that went through the model, KL rows included
 * @param seconds wall time
 */
public record StepReport(
        int step,
        double loss,
        double sft,
        double kl,
        double learningRate,
        double gradNorm,
        long supervisedTokens,
        long tokens,
        double seconds) {}
