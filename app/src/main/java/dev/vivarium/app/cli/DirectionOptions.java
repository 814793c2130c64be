package dev.vivarium.app.cli;

import dev.vivarium.engine.model.Site;
import dev.vivarium.lab.direction.ExtractSettings;
import dev.vivarium.lab.direction.Layers;
import dev.vivarium.lab.direction.TokenChoice;
import dev.vivarium.lab.direction.Weighting;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What of the activations makes a direction; a Mixin. */
final class DirectionOptions {
    @Option(
            names = "--site",
            defaultValue = "resid_post",
            paramLabel = "SITE",
            description = "resid_pre, attn_out, resid_mid, mlp_out or resid_post. Default: ${DEFAULT-VALUE}.")
    private String site = "resid_post";

    @Option(names = "--layers", paramLabel = "LIST", description = "Layers such as 3 or 0-5,10; default: all.")
    private @Nullable String layers;

    @Option(
            names = "--tokens",
            paramLabel = "WHICH",
            description = "answer, prompt, last-prompt or first:K of the answer; default: answer if there is one, else"
                    + " last-prompt.")
    private @Nullable String tokens;

    @Option(
            names = "--weight",
            defaultValue = "token",
            paramLabel = "token|response",
            description = "What counts the same in a mean: tokens, or whole texts. Default: ${DEFAULT-VALUE}.")
    private Weighting weighting = Weighting.TOKEN;

    @Option(
            names = "--seed",
            defaultValue = "0",
            paramLabel = "N",
            description = "Root of halves and bootstrap draws. Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Mixin
    private final ComputeOptions computing = new ComputeOptions();

    ExtractSettings settings(String name, TokenChoice usual) {
        return new ExtractSettings(
                name,
                Site.parse(site),
                layers == null ? new TreeSet<>() : Layers.parse(layers),
                tokens == null ? usual : TokenChoice.parse(tokens),
                weighting,
                computing.compute(),
                seed,
                Version.current().number());
    }
}
