package dev.vivarium.app.cli;

import dev.vivarium.engine.base.InputException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** {@code --model} of commands about the mini world, which have the shipped base as their usual one. */
final class MiniBaseOption {
    private static final String SHIPPED = "models/mini-base";

    @Option(
            names = "--model",
            paramLabel = "DIR|ORG/NAME",
            description = "A base model of the mini world; default: the shipped.")
    private @Nullable String model;

    /** The base: the shipped one lies beside the launcher; a path below the working directory is kept relative. */
    String find(Shell shell) {
        if (model != null) {
            return model;
        }
        Path shipped = shell.home().resolve(SHIPPED);
        if (!Files.isDirectory(shipped)) {
            throw new InputException(
                    shipped + ": the shipped base model is not there; give --model, or run from a clone");
        }
        Path here = Path.of("").toAbsolutePath();
        return (shipped.toAbsolutePath().startsWith(here)
                        ? here.relativize(shipped.toAbsolutePath().normalize())
                        : shipped)
                .toString();
    }
}
