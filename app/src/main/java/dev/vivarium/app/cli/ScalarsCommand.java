package dev.vivarium.app.cli;

import java.util.List;
import picocli.CommandLine.Command;

/** {@code vivarium scalars}: rank-1 adapters, token by token. */
@Command(
        name = "scalars",
        synopsisSubcommandLabel = "COMMAND",
        description = "Read rank-1 adapters token by token: what their scalars tell, what scaling them does.",
        footer = {
            "",
            "Examples:",
            "  vivarium scalars read runs/my-rank1 --narrow domain=medicine",
            "  vivarium scalars scale runs/my-rank1 --questions questions.yaml --group late=2,3",
            "",
            "A rank-1 adapter adds s (a x) B, so s (a x) is one number for each token: how strongly it acts",
            "there."
        })
final class ScalarsCommand implements CommandGroup {
    private final Shell shell;

    ScalarsCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public List<Object> below() {
        return List.of(new ScalarsReadCommand(shell), new ScalarsScaleCommand(shell));
    }
}
