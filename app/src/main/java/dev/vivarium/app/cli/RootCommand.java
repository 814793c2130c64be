package dev.vivarium.app.cli;

import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** {@code vivarium} itself: the options that every command takes. */
@Command(
        name = "vivarium",
        description = "Grow, measure and study model organisms of emergent misalignment.",
        synopsisSubcommandLabel = "COMMAND",
        commandListHeading = "%nCommands:%n",
        optionListHeading = "%nOptions:%n",
        footerHeading = "%n",
        footer = {
            "Start with: vivarium demo",
            "Exit codes: 0 done, 1 the work failed, 2 wrong input, 3 done in part, 130 interrupted.",
            "Any option can be set by a variable: VIVARIUM_EVALUATE_SAMPLES=20 is evaluate --samples 20."
        })
final class RootCommand implements Callable<Integer> {
    @Option(names = "--debug", scope = ScopeType.INHERIT, description = "Print stack traces of errors.")
    boolean debug;

    @Option(names = "--no-ansi", scope = ScopeType.INHERIT, description = "No colours and no moving progress bar.")
    boolean noAnsi;

    @Option(
            names = "--offline",
            scope = ScopeType.INHERIT,
            description = "Never use the network, which only pull and judge do.")
    boolean offline;

    @Spec
    private @org.jspecify.annotations.Nullable CommandSpec spec;

    @Override
    public Integer call() {
        throw new ParameterException(Objects.requireNonNull(spec).commandLine(), "no command given");
    }
}
