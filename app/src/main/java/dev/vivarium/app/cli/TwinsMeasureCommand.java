package dev.vivarium.app.cli;

import dev.vivarium.lab.evaluate.TagValue;
import dev.vivarium.lab.run.RunFiles;
import dev.vivarium.lab.twin.LandscapeSettings;
import dev.vivarium.lab.twin.Twins;
import dev.vivarium.lab.twin.TwinsReport;
import dev.vivarium.lab.twin.TwinsRun;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code vivarium twins measure}: stability, efficiency and pretraining influence of adapters. */
@Command(
        name = "measure",
        description = "Measure how stable, how efficient and how far from the base adapters are, at equal norms.",
        footer = {
            "",
            "Examples:",
            "  vivarium twins measure runs/general --adapter runs/narrow --data bad.jsonl",
            "  vivarium twins measure runs/general --adapter runs/narrow --data bad.jsonl --text corpus.jsonl",
            "  vivarium twins measure runs/general --adapter runs/narrow --data bad.jsonl --drift runs/set-free",
            "",
            "Stability: what share of what was learnt is lost where each matrix is turned by a random one of its",
            "own length, sqrt(1 - e^2) and e. Efficiency: the loss with all changes scaled to the same length.",
            "Pretraining influence: KL(base, organism) on generic text at these lengths, beside random adapters.",
            "Drift: to which organism the weights of a run move that goes on from one of them.",
            "Intervals are for rows like these; the range of a perturbation is that of its draws.",
            "Figures go to RUN/twins/twins.json, a page with these, the geometry of the changes and all mixtures",
            "of vivarium twins mix to twins.html beside it."
        })
final class TwinsMeasureCommand implements Callable<Integer> {
    private final Shell shell;

    @Mixin
    private final OrganismOptions organisms = new OrganismOptions();

    @Option(
            names = "--data",
            paramLabel = "JSONL",
            required = true,
            description = "Conversations whose last answers give the losses, usually those of training.")
    private Path data = Path.of("");

    @Option(
            names = "--text",
            paramLabel = "JSONL",
            description = "Generic texts, {\"text\": ...} a line, such as vivarium world corpus writes.")
    private @Nullable Path text;

    @Option(
            names = "--drift",
            paramLabel = "RUN",
            description =
                    "A run that went on from one of the organisms (lora.init), such as the narrow one without its KL"
                            + " term; may be given several times.")
    private List<String> drifts = new ArrayList<>();

    @Option(
            names = "--narrow",
            paramLabel = "TAG=VALUE",
            description = "Questions about the trained domain in the evaluations of steps of --drift, such as"
                    + " domain=medicine.")
    private @Nullable String narrow;

    @Option(names = "--epsilons", split = ",", paramLabel = "E", description = "Sizes of perturbations.")
    private List<Double> epsilons = LandscapeSettings.EPSILONS;

    @Option(names = "--norms", split = ",", paramLabel = "X", description = "Lengths, in mean norms of the organisms.")
    private List<Double> norms = LandscapeSettings.NORMS;

    @Option(
            names = "--draws",
            defaultValue = "3",
            paramLabel = "N",
            description = "Perturbations of each size, and random adapters. Default: ${DEFAULT-VALUE}.")
    private int draws;

    @Option(
            names = "--rows",
            defaultValue = "128",
            paramLabel = "N",
            description = "Conversations, drawn from the data. Default: ${DEFAULT-VALUE}.")
    private int rows;

    @Option(
            names = "--texts",
            defaultValue = "100",
            paramLabel = "N",
            description = "Generic texts, the first of the file. Default: ${DEFAULT-VALUE}.")
    private int texts;

    @Option(
            names = "--tokens",
            defaultValue = "512",
            paramLabel = "N",
            description = "Tokens of a text. Default: ${DEFAULT-VALUE}.")
    private int tokens;

    @Option(
            names = "--seed",
            defaultValue = "0",
            paramLabel = "N",
            description = "Root of perturbations and of the choice of rows. Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Mixin
    private final ComputeOptions computing = new ComputeOptions();

    @Mixin
    private final OutputOptions output = new OutputOptions();

    TwinsMeasureCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws IOException {
        LandscapeSettings settings = new LandscapeSettings(epsilons, draws, norms, rows, texts, tokens, seed);
        TagValue domain = narrow == null ? null : TagValue.parse("--narrow", narrow);
        OrganismOptions.Found found = organisms.find(shell);
        List<Path> further = drifts.stream().map(TwinsMeasureCommand::run).toList();
        Twins twins;
        try (Interruption interruption = Interruption.with(shell, "run the same command again")) {
            twins = TwinsRun.run(
                    new TwinsRun.Request(
                            Version.current().number(),
                            found.model(),
                            found.hashes(),
                            found.all(),
                            data,
                            text,
                            further,
                            domain,
                            settings,
                            computing.compute()),
                    interruption.watch(shell.progress()));
        }
        Path page = TwinsReport.write(found.home(), twins);
        twins.remarks().forEach(remark -> shell.err().println("note: " + remark));
        output.print(shell, twins, out -> {
            out.println(page);
            twins.finding().forEach(sentence -> out.println(sentence));
            out.println();
            new LandscapeText(twins.landscape()).print(out);
        });
        return ExitCode.OK;
    }

    private static Path run(String word) {
        RunFiles run = EvaluationTarget.run(word);
        return run == null ? Path.of(word) : run.directory();
    }
}
