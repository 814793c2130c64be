package dev.vivarium.app.cli;

import dev.vivarium.engine.generate.SamplingSettings;
import picocli.CommandLine.Option;

/** How many answers are drawn at once, and whether they may depend on that; a Mixin. */
final class BatchOptions {
    @Option(
            names = "--rows",
            paramLabel = "N",
            defaultValue = "0",
            description = "Answers in flight at once; more need more memory. 0: as many as keep all threads busy.")
    private int rows;

    @Option(names = "--fast", description = "Let answers depend on the batch; see below.")
    private boolean fast;

    /** The settings with these choices. */
    SamplingSettings on(SamplingSettings settings) {
        return settings.withRows(rows).withDeterministic(!fast);
    }
}
