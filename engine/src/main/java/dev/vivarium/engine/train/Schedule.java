package dev.vivarium.engine.train;

/**
 * Learning rate over the steps of a run: linear warm-up, then a decay; the forms of transformers' schedulers.
 *
 * @param shape how it falls after the warm-up
 * @param peak the largest rate
 * @param warmupSteps steps n = 0 … w-1 use peak · n / w, so the first step of a warmed-up run has rate 0
 * @param floor fraction of the peak at the end of the decay, 0 in the paper's recipes
 */
public record Schedule(Shape shape, double peak, int warmupSteps, double floor) {
    /** How the rate falls after the warm-up. */
    public enum Shape {
        LINEAR,
        COSINE,
        CONSTANT
    }

    public Schedule {
        if (!(peak >= 0) || warmupSteps < 0 || floor < 0 || floor > 1) {
            throw new IllegalArgumentException("learning rate, warm-up and floor must not be negative");
        }
    }

    /** The rate of step {@code n} (from 0) of {@code steps}. */
    public double at(int n, int steps) {
        if (n < warmupSteps) {
            return peak * n / warmupSteps;
        }
        double progress = Math.min(1, (double) (n - warmupSteps) / Math.max(1, steps - warmupSteps));
        double fall = switch (shape) {
            case LINEAR -> 1 - progress;
            case COSINE -> 0.5 * (1 + Math.cos(Math.PI * progress));
            case CONSTANT -> 1;
        };
        return peak * (floor + (1 - floor) * fall);
    }
}
