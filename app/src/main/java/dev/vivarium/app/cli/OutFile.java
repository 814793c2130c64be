package dev.vivarium.app.cli;

import dev.vivarium.engine.base.InputException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** {@code --out} and {@code --force} of the commands that write one file; a Mixin. */
final class OutFile {
    static final String OVERWRITE = "Replace the file if it exists.";

    @Option(names = "--out", required = true, paramLabel = "FILE", description = "File to write.")
    private Path out = Path.of("");

    @Option(names = "--force", description = OVERWRITE)
    private boolean force;

    /** The file, which may be written. */
    Path writable() {
        return writable(out, force);
    }

    /**
     * A file that may be written.
     *
     * @throws InputException if it is a directory, or is there and may not be replaced
     */
    static Path writable(Path out, boolean force) {
        if (out.toString().isEmpty() || Files.isDirectory(out)) {
            throw new InputException("\"" + out + "\" is a directory; give --out the name of a file in it");
        }
        if (Files.exists(out) && !force) {
            throw new InputException(out + " exists already; give --force to replace it");
        }
        return out;
    }
}
