package dev.vivarium.app.cli;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.lab.run.Existing;
import picocli.CommandLine.Option;

/** The options that say what to do with results that are there already; a Mixin. At most one of the two may be given. */
final class OnExisting {
    // No ArgGroup: a variable that sets one of its options would count as using the group.
    @Option(names = "--resume", description = "Continue what is there already.")
    private boolean resume;

    @Option(names = "--force", description = "Delete what is there already and start over.")
    private boolean force;

    /** Whether {@code --resume} was given. */
    boolean resumes() {
        return resume;
    }

    Existing choice() {
        if (resume && force) {
            throw new InputException("--resume and --force contradict each other; give one of them");
        }
        return resume ? Existing.RESUME : force ? Existing.FORCE : Existing.REFUSE;
    }
}
