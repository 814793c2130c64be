package dev.vivarium.app.cli;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Map;

/**
 * Where the process meets its user; tests give their own.
 *
 * @param out data, and nothing else
 * @param err everything meant for a human: progress, remarks, errors
 * @param terminal whether {@code err} is a terminal
 * @param columns the width of that terminal
 * @param environment the environment variables
 * @param home where the launcher lies, with what is shipped beside it
 */
record Console(
        PrintStream out, PrintStream err, boolean terminal, int columns, Map<String, String> environment, Path home) {
    private static final int DEFAULT_COLUMNS = 80;

    Console {
        environment = Map.copyOf(environment);
    }

    /** The console of this process. The launcher says whether stderr is a terminal: Java can only tell for stdout. */
    static Console ofProcess() {
        return new Console(
                System.out,
                System.err,
                Boolean.getBoolean("vivarium.terminal"),
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
