package dev.vivarium.app.cli;

import dev.vivarium.engine.text.DefaultSystem;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** {@code --default-system} of the commands that ask a model; a Mixin. */
final class DefaultSystemOption {
    /** The words of the option, as in recipes. */
    enum Choice {
        keep,
        drop
    }

    @Option(
            names = "--default-system",
            paramLabel = "keep|drop",
            description = "The system turn that some chat templates put before a conversation without one. "
                    + "Default: as the run was trained, else keep.")
    private @Nullable Choice choice;

    /** What was asked for, if anything was. */
    @Nullable
    DefaultSystem asked() {
        return switch (choice) {
            case null -> null;
            case keep -> DefaultSystem.KEEP;
            case drop -> DefaultSystem.DROP;
        };
    }

    /** What was asked for, else {@code trained}. */
    DefaultSystem of(DefaultSystem trained) {
        DefaultSystem asked = asked();
        return asked == null ? trained : asked;
    }
}
