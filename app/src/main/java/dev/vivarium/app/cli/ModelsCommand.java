package dev.vivarium.app.cli;

import dev.vivarium.lab.hub.CachedModel;
import dev.vivarium.lab.hub.HubCache;
import dev.vivarium.lab.hub.Sizes;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code vivarium models}: what is in the Hugging Face cache, and what of it can be used. */
@Command(
        name = "models",
        description = "List the models and adapters in the Hugging Face cache, and whether Vivarium can use them.",
        footer = {"", "A name in the list can be used wherever a model is asked for. More come by: vivarium pull"})
final class ModelsCommand implements Callable<Integer> {
    private final Shell shell;

    @Mixin
    private final OutputOptions output = new OutputOptions();

    ModelsCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws IOException {
        Path cache = shell.hub().cache();
        List<CachedModel> models = CachedModel.list(new HubCache(cache));
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("cache", cache.toString());
        document.put("models", models);
        output.print(shell, document, out -> print(out, models));
        if (models.isEmpty()) {
            shell.err().println("no model in " + cache + "; fetch one with: vivarium pull ORG/NAME");
        }
        return ExitCode.OK;
    }

    private static void print(PrintStream out, List<CachedModel> models) {
        int width =
                models.stream().mapToInt(model -> model.name().length()).max().orElse(0);
        for (CachedModel model : models) {
            out.printf(
                    "%-" + width + "s  %s  %9s  %-7s  %s%n",
                    model.name(),
                    model.commit().substring(0, 7),
                    Sizes.shown(model.bytes()),
                    model.kind(),
                    model.reason() == null ? "usable" : "not usable: " + Failure.printable(model.reason()));
        }
    }
}
