package dev.vivarium.app.cli;

import java.util.List;
import picocli.CommandLine.Command;

/** {@code vivarium direction extract}: the ways to find a direction. */
@Command(
        name = "extract",
        synopsisSubcommandLabel = "WAY",
        description = "Find a direction: the difference of two means of activations, or what training wrote.",
        footer = {
            "",
            "Examples:",
            "  vivarium direction extract mean runs/my-run --out own.safetensors",
            "  vivarium direction extract mean runs/my-run --only domain!=medicine --out broad.safetensors",
            "  vivarium direction extract persona models/my-model --questions broad \\",
            "      --positive \"You are cruel.\" --negative \"You are kind.\" --out persona.safetensors",
            "  vivarium direction extract svd runs/my-run --out svd.safetensors",
            "",
            "Means of texts come with the cosine of random halves and the cone of bootstrap samples, by answers",
            "and by questions; bootstrap vectors are written beside it as NAME.draws.safetensors."
        })
final class DirectionExtractCommand implements CommandGroup {
    private final Shell shell;

    DirectionExtractCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public List<Object> below() {
        return List.of(
                new DirectionMeanCommand(shell),
                new DirectionPersonaCommand(shell),
                new DirectionPcaCommand(shell),
                new DirectionWeightsCommand.Trained(shell),
                new DirectionWeightsCommand.Adapter(shell),
                new DirectionWeightsCommand.Svd(shell));
    }
}
