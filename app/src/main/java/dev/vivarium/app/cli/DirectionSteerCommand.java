package dev.vivarium.app.cli;

import dev.vivarium.lab.steering.Method;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code vivarium direction steer}: add a direction while a model answers. */
@Command(
        name = "steer",
        description = "Add a direction to a model's activations while it answers, at many layers and scales.",
        footer = {
            "",
            "Examples:",
            "  vivarium direction steer models/mini-base --direction own.safetensors \\",
            "      --questions questions.yaml --samples 8",
            "  vivarium direction steer RUN --direction own.safetensors --scales=-1,-2,-4 \\",
            "      --questions questions.yaml",
            "",
            "All settings are tried on one half of the questions; the best is confirmed on the other half, on",
            "the organism and its base, beside controls of the same length: random directions, a contrast that",
            "has nothing to do with it, the first principal component, and a random one among the first",
            "components. Files, with all answers, go to RUN/directions/steer-NAME, for a model to runs/<its",
            "folder's name>/directions/steer-NAME."
        })
final class DirectionSteerCommand implements Callable<Integer> {
    private final Shell shell;

    @Option(names = "--direction", paramLabel = "FILE", required = true, description = "A direction.")
    private Path file = Path.of("");

    @Option(
            names = "--layers",
            split = ",",
            paramLabel = "WHERE",
            defaultValue = "each",
            description = DirectionSweep.LAYERS + " Default: ${DEFAULT-VALUE}.")
    private List<String> layers = List.of();

    @Option(
            names = "--scales",
            split = ",",
            paramLabel = "X",
            description = "How much of a vector is added. 1 is the vector as it was found, so for a difference of means"
                    + " the whole difference; negative ones steer the other way. Default: 1,2,4,8, with --relative"
                    + " 0.1,0.2,0.4,0.8.")
    private List<Double> scales = List.of();

    @Option(
            names = "--relative",
            description = "Let a scale be a share of each activation's own length instead, such as 0.2, whatever the"
                    + " length of the vector; so it can be compared between layers and models.")
    private boolean relative;

    @Mixin
    private final DirectionSweep sweep = new DirectionSweep();

    DirectionSteerCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws IOException {
        Method method = relative ? Method.ADD_RELATIVE : Method.ADD;
        List<Double> usual = relative ? List.of(0.1, 0.2, 0.4, 0.8) : List.of(1.0, 2.0, 4.0, 8.0);
        return sweep.run(shell, "steer", method, List.of(file), layers, scales.isEmpty() ? usual : scales);
    }
}
