package dev.vivarium.app.cli;

import dev.vivarium.engine.base.AvailableMemory;
import dev.vivarium.engine.base.Progress;
import dev.vivarium.lab.hub.HubCache;
import dev.vivarium.lab.hub.HubEnvironment;
import dev.vivarium.lab.hub.ModelFinder;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Map;

/** What a command may touch: the streams, the environment and a progress display that fits the terminal. */
final class Shell {
    private static final String MEMORY = "VIVARIUM_MEMORY";

    private final Console console;
    private final RootCommand root;

    Shell(Console console, RootCommand root) {
        this.console = console;
        this.root = root;
    }

    /** Data, and nothing else. */
    PrintStream out() {
        return console.out();
    }

    /** Everything meant for a human. */
    PrintStream err() {
        return console.err();
    }

    /** What the user or another program says. */
    InputStream in() {
        return console.in();
    }

    /** Whether a person types at a terminal and reads {@link #out} on it. */
    boolean interactive() {
        return console.interactive();
    }

    /** The width of the terminal. */
    int columns() {
        return console.columns();
    }

    /** Where the launcher lies, with what is shipped beside it. */
    Path home() {
        return console.home();
    }

    Map<String, String> environment() {
        return console.environment();
    }

    /** What the variables of the Hugging Face tools say. */
    HubEnvironment hub() {
        return new HubEnvironment(console.environment());
    }

    /** Finds what the user wrote for a model. */
    ModelFinder models() {
        return new ModelFinder(new HubCache(hub().cache()));
    }

    /** Memory that a command may plan with: what the user allows, else what the system says. */
    AvailableMemory memory() {
        String allowed = environment().get(MEMORY);
        return allowed == null || allowed.isBlank()
                ? AvailableMemory.ofSystem()
                : AvailableMemory.parse(allowed, MEMORY);
    }

    /** Whether the network is off limits. */
    boolean offline() {
        return root.offline || hub().offline();
    }

    /** Whether colours and a moving bar are welcome on stderr. */
    boolean ansi() {
        return console.allowsAnsi() && !root.noAnsi;
    }

    /** A new display for one command's long work, on stderr. */
    Progress progress() {
        return ansi()
                ? new TerminalProgress(console.err(), console.columns(), System::nanoTime)
                : new LineProgress(console.err(), System::nanoTime);
    }
}
