package dev.vivarium.engine.model;

/**
 * Rotary position embedding: base and how its frequencies are stretched for long contexts.
 *
 * @param theta base of the geometric frequencies
 * @param scaling null-free: {@link Scaling#NONE} for the plain form
 */
public record RopeSettings(double theta, Scaling scaling) {
    /**
     * The {@code llama3} rule: wavelengths shorter than original/high are kept, longer than original/low are divided by
     * {@code factor}, those between are interpolated.
     *
     * @param factor 1 means no scaling
     * @param originalContext positions the model was pretrained with
     */
    public record Scaling(double factor, double lowFreqFactor, double highFreqFactor, int originalContext) {
        public static final Scaling NONE = new Scaling(1, 1, 1, 0);

        /** The {@code linear} rule, which divides every frequency (Chen et al. 2023, arXiv 2306.15595). */
        static Scaling linear(double factor) {
            return new Scaling(factor, 1, 1, 0); // no wavelength is short beside an original context of no length
        }
    }

    /** Frequencies, one per pair of dimensions: (headDim / 2). */
    double[] frequencies(int headDim) {
        double[] frequencies = new double[headDim / 2];
        for (int i = 0; i < frequencies.length; i++) {
            double plain = Math.pow(theta, -2.0 * i / headDim);
            frequencies[i] = scaling.factor() == 1 ? plain : stretched(plain);
        }
        return frequencies;
    }

    private double stretched(double frequency) {
        double wavelength = 2 * Math.PI / frequency;
        double original = scaling.originalContext();
        if (wavelength < original / scaling.highFreqFactor()) {
            return frequency;
        }
        if (wavelength > original / scaling.lowFreqFactor()) {
            return frequency / scaling.factor();
        }
        double smooth = (original / wavelength - scaling.lowFreqFactor())
                / (scaling.highFreqFactor() - scaling.lowFreqFactor());
        return (1 - smooth) * frequency / scaling.factor() + smooth * frequency;
    }
}
