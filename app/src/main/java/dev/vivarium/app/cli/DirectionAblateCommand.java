package dev.vivarium.app.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code vivarium direction ablate}: project a direction out while a model answers. */
@Command(
        name = "ablate",
        description = "Take a direction, or the space of several, out of a model's activations while it answers.",
        footer = {
            "",
            "Examples:",
            "  vivarium direction ablate RUN --direction own.safetensors --questions questions.yaml --samples 8",
            "  vivarium direction ablate RUN --direction own.safetensors --to base --questions questions.yaml",
            "  vivarium direction ablate RUN --direction a.safetensors --direction b.safetensors --layers own \\",
            "      --questions questions.yaml",
            "",
            "Halves, controls and files are those of vivarium direction steer."
        })
final class DirectionAblateCommand implements Callable<Integer> {
    private final Shell shell;

    @Option(
            names = "--direction",
            paramLabel = "FILE",
            required = true,
            description = "A direction; several span the space that is taken out.")
    private List<Path> files = List.of();

    @Option(
            names = "--layers",
            split = ",",
            paramLabel = "WHERE",
            defaultValue = "own,each",
            description = DirectionSweep.LAYERS + " Default: ${DEFAULT-VALUE}.")
    private List<String> layers = List.of();

    @Mixin
    private final AblationOptions ablation = new AblationOptions();

    @Mixin
    private final DirectionSweep sweep = new DirectionSweep();

    DirectionAblateCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws IOException {
        return sweep.run(shell, "ablate", ablation.method(), files, layers, ablation.coefficients());
    }
}
