package dev.vivarium.app.cli;

import dev.vivarium.lab.twin.Landscape;
import dev.vivarium.lab.twin.LandscapeRun;
import dev.vivarium.lab.twin.LandscapeSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
            "",
            "Stability: what share of what was learnt is lost where each matrix is turned by a random one of its",
            "own length, sqrt(1 - e^2) and e. Efficiency: the loss with all changes scaled to the same length.",
            "Pretraining influence: KL(base, organism) on generic text at these lengths, beside random adapters.",
            "Intervals are for rows like these; the range of a perturbation is that of its draws."
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
        OrganismOptions.Found found = organisms.find(shell);
        Landscape landscape;
        try (Interruption interruption = Interruption.with(shell, "run the same command again")) {
            landscape = LandscapeRun.run(
                    found.model(),
                    found.all(),
                    data,
                    text,
                    settings,
                    computing.compute(),
                    interruption.watch(shell.progress()));
        }
        landscape.remarks().forEach(remark -> shell.err().println("note: " + remark));
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("schema", 1);
        json.put("settings", settings);
        json.put("landscape", landscape);
        output.print(shell, json, new LandscapeText(landscape)::print);
        return ExitCode.OK;
    }
}
