package dev.vivarium.app.cli;

import dev.vivarium.engine.adapter.AdapterScale;
import dev.vivarium.engine.base.InputException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** {@code --adapter-scale} of the commands that ask a model; a Mixin. */
final class AdapterScaleOption {
    @Option(
            names = "--adapter-scale",
            paramLabel = "X|BLOCK=X,...",
            description = "How strongly adapters act: a factor such as 0.5, factors of blocks such as 0-11=0,12=2 (the "
                    + "others stay as trained), or both. Default: as trained.")
    private @Nullable String text;

    /**
     * What was asked for.
     *
     * @param adapted whether there is an adapter
     */
    AdapterScale of(boolean adapted) {
        if (text == null) {
            return AdapterScale.ONE;
        }
        if (!adapted) {
            throw new InputException("--adapter-scale has no use without an adapter; give one with --adapter");
        }
        return AdapterScale.parse(text);
    }
}
