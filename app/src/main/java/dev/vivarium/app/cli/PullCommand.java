package dev.vivarium.app.cli;

import dev.vivarium.engine.base.CounterRandom;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Progress;
import dev.vivarium.lab.hub.ModelName;
import dev.vivarium.lab.hub.Pull;
import dev.vivarium.lab.hub.PullResult;
import dev.vivarium.lab.hub.Sizes;
import dev.vivarium.lab.net.Waiting;
import java.io.IOException;
import java.io.PrintStream;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code vivarium pull}: fetch a model or an adapter from a hub into the Hugging Face cache. */
@Command(
        name = "pull",
        description = "Fetch a model or an adapter from a hub into the Hugging Face cache, where Python finds it too.",
        footer = {
            "",
            "Examples:",
            "  vivarium pull Qwen/Qwen2.5-0.5B-Instruct",
            "  vivarium pull ORG/NAME --revision v1.0",
            "  vivarium pull ORG/NAME --include '*.gguf' --include 'README.md'",
            "",
            "Prints the directory of the model. What is in the cache already, also from Python, is not fetched",
            "again; a broken or killed transfer goes on where it stopped; sizes and hashes are checked.",
            "Fetched is what loading needs: configuration, tokenizer, chat template, safetensors, adapter,",
            "README and licence. Pickle files (.bin, .pt) never are, since reading one can run code.",
            "",
            "Variables, as in Python: HF_ENDPOINT, HF_TOKEN, HF_HOME, HF_HUB_CACHE, HF_HUB_OFFLINE,",
            "HF_HUB_DOWNLOAD_TIMEOUT, HF_HUB_DISABLE_PROGRESS_BARS, HF_HUB_DISABLE_SYMLINKS."
        })
final class PullCommand implements Callable<Integer> {
    private static final int SHOWN = 5;

    private final Shell shell;

    @Parameters(paramLabel = "ORG/NAME", description = "The model; ORG/NAME@REVISION is another way to say --revision.")
    private String model = "";

    @Option(names = "--revision", paramLabel = "R", description = "Branch, tag or commit. Default: main.")
    private @Nullable String revision;

    @Option(
            names = "--include",
            paramLabel = "GLOB",
            description =
                    "Fetch the files that match instead of those that loading needs; * and ? match anything. May be "
                            + "repeated.")
    private List<String> include = new ArrayList<>();

    @Mixin
    private final OutputOptions output = new OutputOptions();

    PullCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws IOException {
        ModelName name = name();
        PullResult result;
        String advice = "run the same command again; it goes on where it stopped";
        try (Interruption interruption = Interruption.with(shell, advice)) {
            Waiting waiting = new Waiting(
                    interruption::pause, InstantSource.system(), CounterRandom.of(System.nanoTime(), "pull"));
            Progress progress = shell.hub().progressBars() ? shell.progress() : Progress.SILENT;
            Pull pull = new Pull(shell.hub(), waiting, Version.current().number(), interruption.watch(progress));
            result = shell.offline() ? pull.offline(name) : pull.run(name, include);
        }
        output.print(shell, result, out -> out.println(result.path()));
        report(result, shell.err());
        return ExitCode.OK;
    }

    private ModelName name() {
        ModelName name = ModelName.of(model);
        if (revision == null) {
            return name;
        }
        if (name.revision() != null) {
            throw new InputException("the revision is given twice, as " + model + " and as --revision " + revision
                    + "; give one of them");
        }
        return ModelName.of(model + "@" + revision);
    }

    private void report(PullResult result, PrintStream err) {
        long total = result.files().stream().mapToLong(PullResult.File::size).sum();
        err.printf(
                "%s at commit %s: %d files, %s, %s%n",
                result.name(),
                result.commit().substring(0, 7),
                result.files().size(),
                Sizes.shown(total),
                result.fetchedBytes() == 0
                        ? "all in the cache already"
                        : Sizes.shown(result.fetchedBytes()) + " of them fetched");
        if (result.failedTries() > 0) {
            err.printf("note: %d requests or transfers failed and were tried again%n", result.failedTries());
        }
        leftOut(result, err);
        String fault = result.fault();
        if (fault != null) {
            err.println("note: Vivarium cannot use it: " + Failure.printable(fault));
        } else if (result.kind().equals("adapter")) {
            String base = result.base() == null ? "MODEL" : result.base();
            err.println(
                    "next: vivarium evaluate " + base + " --adapter " + word(result) + " --questions questions.yaml");
        } else {
            err.println("next: vivarium evaluate " + word(result) + " --questions questions.yaml, or model: "
                    + word(result) + " in a recipe");
        }
    }

    private static void leftOut(PullResult result, PrintStream err) {
        if (result.leftOut().isEmpty()) {
            return;
        }
        String names = result.leftOut().stream()
                .limit(SHOWN)
                .map(file -> file.name() + (file.pickle() ? " (pickle)" : ""))
                .collect(Collectors.joining(", "));
        int more = result.leftOut().size() - SHOWN;
        long bytes = result.leftOut().stream()
                .mapToLong(file -> Math.max(0, file.size()))
                .sum();
        boolean other = result.leftOut().stream().anyMatch(file -> !file.pickle());
        err.printf(
                "left out: %s%s, %s in all%s%n",
                Failure.printable(names),
                more > 0 ? " and " + more + " more" : "",
                Sizes.shown(bytes),
                other ? "; --include fetches them" : "");
    }

    private static String word(PullResult result) {
        return result.revision().equals(ModelName.MAIN) ? result.name() : result.name() + "@" + result.revision();
    }
}
