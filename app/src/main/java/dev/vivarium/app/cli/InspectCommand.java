package dev.vivarium.app.cli;

import dev.vivarium.engine.adapter.AdapterFiles;
import dev.vivarium.engine.base.InertText;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.lab.inspect.AdapterInspection;
import dev.vivarium.lab.inspect.ModelInspection;
import dev.vivarium.lab.run.Recipe;
import dev.vivarium.lab.run.RunFiles;
import dev.vivarium.lab.run.TrainedModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code vivarium inspect}: what a model or an adapter directory holds. */
@Command(
        name = "inspect",
        description = "Show what a model, an adapter or a run's organism holds, from the headers of its files.",
        footer = {
            "",
            "Examples:",
            "  vivarium inspect models/mini-base",
            "  vivarium inspect my-run",
            "  vivarium inspect path/to/adapter --base models/mini-base",
            "  vivarium inspect models/mini-base --template > chat_template.jinja"
        })
final class InspectCommand implements Callable<Integer> {
    private static final String CONFIG = "config.json";

    private final Shell shell;

    @Parameters(
            paramLabel = "MODEL|ADAPTER|RUN",
            description =
                    "A Hugging Face model directory, a PEFT adapter directory, ORG/NAME of either in the Hugging Face "
                            + "cache, or a run.")
    private String target = "";

    @Option(
            names = "--base",
            paramLabel = "MODEL",
            description = "Say whether the adapter fits this model. Default: none; for a run its own base.")
    private @Nullable String base;

    @Option(names = "--template", description = "Print the chat template and nothing else.")
    private boolean template;

    @Option(names = "--all", description = "List every changed place of an adapter, not the ten largest only.")
    private boolean all;

    @Mixin
    private final OutputOptions output = new OutputOptions();

    InspectCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws IOException {
        RunFiles run = EvaluationTarget.run(target);
        Path against = base == null ? null : shell.models().find(base).directory();
        if (run != null) {
            boolean full = run.readRecipe().recipe().method() == Recipe.Method.FULL;
            Path place = full ? run.model() : run.adapter();
            if (!Files.isDirectory(place)) {
                throw new InputException(run.directory() + ": is not trained to its end, so it has no "
                        + (full ? "model" : "adapter") + " yet; finish it, or name one of its checkpoints");
            }
            inspect(place, against == null ? own(run) : against);
            return ExitCode.OK;
        }
        Path path = Path.of(target);
        if (Files.isDirectory(path) && !AdapterFiles.isAdapter(path) && !Files.isRegularFile(path.resolve(CONFIG))) {
            throw new InputException(path + ": is neither a model nor an adapter nor a run; they have " + CONFIG + ", "
                    + AdapterFiles.CONFIG + " or provenance.json");
        }
        inspect(shell.models().findEither(target).directory(), against);
        return ExitCode.OK;
    }

    /** The base of a run, if it is still where it was. */
    private @Nullable Path own(RunFiles run) throws IOException {
        try {
            return TrainedModel.of(run, shell.models()).model();
        } catch (InputException _) {
            return null;
        }
    }

    private void inspect(Path place, @Nullable Path against) throws IOException {
        if (AdapterFiles.isAdapter(place)) {
            if (template) {
                throw new InputException(place + ": is an adapter, and the chat template is the model's");
            }
            AdapterInspection found = AdapterInspection.of(place, against);
            output.print(shell, found, out -> InspectionText.print(out, found, all));
            return;
        }
        if (base != null) {
            throw new InputException(place + ": is no adapter, so --base has no use");
        }
        ModelInspection found = ModelInspection.of(place);
        if (!template) {
            output.print(shell, found, out -> InspectionText.print(out, found));
            return;
        }
        ModelInspection.Chat chat = found.chat();
        if (chat == null) {
            throw new InputException(place + ": has no chat template");
        }
        // a file gets the text as it is; a terminal must not be steered by it
        shell.out().println(shell.interactive() ? InertText.whole(chat.source()) : chat.source());
    }
}
