package dev.vivarium.app.cli;

import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Map;

/**
 * Where the process meets its user; tests give their own.
 *
 * @param in what the user or another program says
 * @param out data, and nothing else
 * @param err everything meant for a human: progress, remarks, errors
 * @param terminal whether {@code err} is a terminal
 * @param interactive whether a person types at a terminal and reads {@code out} on it
 * @param columns the width of that terminal
 * @param environment the environment variables
 * @param home where the launcher lies, with what is shipped beside it
 */
record Console(
        InputStream in,
        PrintStream out,
        PrintStream err,
        boolean terminal,
        boolean interactive,
        int columns,
        Map<String, String> environment,
        Path home) {
    private static final int DEFAULT_COLUMNS = 80;

    Console {
        environment = Map.copyOf(environment);
    }

    /** The console of this process. The launcher says whether stderr is a terminal: Java can only tell for stdout. */
    static Console ofProcess() {
        return new Console(
                System.in,
                System.out,
                System.err,
                Boolean.getBoolean("vivarium.terminal"),
                Boolean.getBoolean("vivarium.interactive"),
                Integer.getInteger("vivarium.columns", DEFAULT_COLUMNS),
                System.getenv(),
                Path.of(System.getProperty("vivarium.home", "")));
    }

    /** Whether colours and a moving bar are welcome; {@code --no-ansi} is looked at elsewhere. */
    boolean allowsAnsi() {
        return terminal
                && environment.getOrDefault("NO_COLOR", "").isEmpty()
                && !"dumb".equals(environment.get("TERM"));
    }
}
