package dev.vivarium.app.cli;

/** The exit codes of every command. */
final class ExitCode {
    static final int OK = 0;
    /** The work failed: disk full, out of memory, a defect. */
    static final int FAILURE = 1;
    /** The user's input cannot be used: options, recipe, files. */
    static final int USAGE = 2;
    /** The work is done in part: some answers could not be judged, for example. */
    static final int PARTIAL = 3;
    /** Ctrl-C; the JVM's own code for it, never returned by a command. */
    static final int INTERRUPTED = 130;

    private ExitCode() {}
}
