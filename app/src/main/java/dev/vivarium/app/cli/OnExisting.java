package dev.vivarium.app.cli;

import dev.vivarium.lab.run.Existing;
import picocli.CommandLine.Option;

/** The options that say what to do with results that are there already; at most one of the two, so use an ArgGroup. */
final class OnExisting {
    @Option(names = "--resume", description = "Continue what is there already.")
    private boolean resume;

    @Option(names = "--force", description = "Delete what is there already and start over.")
    private boolean force;

    Existing choice() {
        return resume ? Existing.RESUME : force ? Existing.FORCE : Existing.REFUSE;
    }
}
