package dev.vivarium.engine.train;

/**
 * How a run optimises, apart from what is trained and on which rows.
 *
 * @param steps optimizer steps
 * @param schedule learning rate
 * @param microBatchRows rows that go through the model at once; more is faster and needs more memory, the result is the same
 *     up to rounding because the loss is a mean over all supervised tokens of the step
 * @param gradientCheckpointing whether activations are computed again on the way back: less memory, more time, the same numbers
 * @param beta1 decay of the first moment
 * @param beta2 decay of the second moment
 * @param epsilon added to the root of the second moment
 * @param weightDecay decoupled decay on every trained tensor
 * @param maxGradNorm clipping of the global L2 norm; infinity switches it off
 */
public record TrainingSettings(
        int steps,
        Schedule schedule,
        int microBatchRows,
        boolean gradientCheckpointing,
        double beta1,
        double beta2,
        double epsilon,
        double weightDecay,
        double maxGradNorm) {

    public TrainingSettings {
        if (steps < 1 || microBatchRows < 1) {
            throw new IllegalArgumentException("steps and micro-batch rows must be positive");
        }
        if (!(beta1 >= 0
                && beta1 < 1
                && beta2 >= 0
                && beta2 < 1
                && epsilon > 0
                && weightDecay >= 0
                && maxGradNorm > 0)) {
            throw new IllegalArgumentException("AdamW needs betas in [0, 1), a positive epsilon, a decay of at least 0 "
                    + "and a positive clipping norm");
        }
    }

    /** The defaults of torch's AdamW with the recipe's step count and schedule. */
    public static TrainingSettings adamW(int steps, Schedule schedule, int microBatchRows, double weightDecay) {
        return new TrainingSettings(steps, schedule, microBatchRows, false, 0.9, 0.999, 1e-8, weightDecay, 1.0);
    }
}
