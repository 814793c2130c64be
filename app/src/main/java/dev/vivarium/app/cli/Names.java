package dev.vivarium.app.cli;

import dev.vivarium.engine.base.InputException;
import java.nio.file.Path;

/** Names that become directories: what a user may call a run or an evaluation. */
final class Names {
    /** Where runs are kept, in the working directory. */
    static final String RUNS = "runs";

    private Names() {}

    /** The name, if it is plain enough for every file system; {@code kind} says what it names. */
    static String checked(String kind, String name) {
        if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,99}")) {
            throw new InputException(kind + " name \"" + name
                    + "\" is not usable; use --name with letters, digits, dots, dashes and underscores");
        }
        return name;
    }

    /** A file's name without its last suffix. */
    static String stem(Path file) {
        String last = String.valueOf(file.getFileName());
        int dot = last.lastIndexOf('.');
        return dot > 0 ? last.substring(0, dot) : last;
    }

    /** The last part of a path, also of {@code .} and {@code some/where/..}. */
    static String last(Path path) {
        return String.valueOf(path.toAbsolutePath().normalize().getFileName());
    }
}
