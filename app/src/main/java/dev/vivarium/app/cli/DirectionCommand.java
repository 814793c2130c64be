package dev.vivarium.app.cli;

import java.util.List;
import picocli.CommandLine.Command;

/** {@code vivarium direction}: linear directions in activations. A new command is a class and a line in {@link #below}. */
@Command(
        name = "direction",
        synopsisSubcommandLabel = "COMMAND",
        description = "Find linear directions in a model's activations and work with them.",
        footer = {
            "",
            "Examples:",
            "  vivarium direction extract mean runs/my-run --out directions/own.safetensors",
            "  vivarium direction ablate runs/my-run --direction directions/own.safetensors \\",
            "      --questions questions.yaml",
            "  vivarium direction compare directions/own.safetensors directions/persona.safetensors",
            "",
            "A direction is a safetensors file with a vector for each layer, its origin and its reliability."
        })
final class DirectionCommand implements CommandGroup {
    private final Shell shell;

    DirectionCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public List<Object> below() {
        return List.of(
                new DirectionExtractCommand(shell),
                new DirectionCompareCommand(shell),
                new DirectionCombineCommand(shell),
                new DirectionExportCommand(shell),
                new DirectionSteerCommand(shell),
                new DirectionAblateCommand(shell),
                new DirectionTransferCommand(shell));
    }
}
