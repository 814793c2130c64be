package dev.vivarium.app.cli;

import dev.vivarium.engine.generate.SamplingSettings;
import picocli.CommandLine.Option;

/** How answers are drawn; a Mixin. */
final class SamplingOptions {
    private static final String DEFAULT = " Default: ${DEFAULT-VALUE}.";

    @Option(names = "--seed", paramLabel = "N", defaultValue = "0", description = "Root of all randomness." + DEFAULT)
    private long seed;

    @Option(
            names = "--temperature",
            paramLabel = "T",
            defaultValue = "1.0",
            description = "0: the best token." + DEFAULT)
    private double temperature;

    @Option(names = "--top-p", paramLabel = "P", defaultValue = "1.0", description = "1 is off." + DEFAULT)
    private double topP;

    @Option(names = "--top-k", paramLabel = "K", defaultValue = "0", description = "0 is off." + DEFAULT)
    private int topK;

    @Option(names = "--min-p", paramLabel = "P", defaultValue = "0.0", description = "0 is off." + DEFAULT)
    private double minP;

    @Option(
            names = "--max-new-tokens",
            paramLabel = "N",
            defaultValue = "600",
            description = "Longest answer." + DEFAULT)
    private int maxNewTokens;

    /** The settings; rows in flight and determinism are as the generator has them by itself. */
    SamplingSettings settings() {
        return SamplingSettings.defaults()
                .withTemperature(temperature)
                .withFilters(topP, topK, minP)
                .withMaxNewTokens(maxNewTokens)
                .withSeed(seed);
    }
}
