package dev.vivarium.app.cli;

import dev.vivarium.lab.twin.Estimate;
import dev.vivarium.lab.twin.Landscape;
import dev.vivarium.lab.twin.Landscape.OfOrganism;
import dev.vivarium.lab.twin.Landscape.Point;
import dev.vivarium.lab.twin.Landscape.Step;
import dev.vivarium.lab.twin.LandscapeRun;
import dev.vivarium.lab.twin.LandscapeSettings;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Function;
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
        output.print(shell, json, out -> print(out, landscape));
        return ExitCode.OK;
    }

    private static void print(PrintStream out, Landscape landscape) {
        List<List<@Nullable Object>> heads = new ArrayList<>();
        for (OfOrganism organism : landscape.organisms()) {
            heads.add(row(
                    organism.name(),
                    String.format(Locale.ROOT, "%.4g", organism.norm()),
                    organism.base().text(3),
                    organism.loss().text(3),
                    organism.gain().text(4),
                    String.format(Locale.ROOT, "%.4f", organism.lossPerSquare())));
        }
        new TextTable(List.of("organism", "norm", "loss of the base", "loss", "gain / norm^2", "loss / norm^2"), heads)
                .print(out);
        out.println();
        out.println("stability: share of what was learnt that is lost; difference from the first; range of the draws");
        List<List<@Nullable Object>> steps = new ArrayList<>();
        for (int e = 0; e < landscape.organisms().getFirst().stability().size(); e++) {
            int place = e;
            steps.add(cells(
                    landscape,
                    String.valueOf(
                            landscape.organisms().getFirst().stability().get(e).epsilon()),
                    organism -> lost(organism.stability().get(place))));
        }
        new TextTable(columns(landscape, "epsilon"), steps).print(out);
        out.println();
        out.println("efficiency: loss at the same norm; difference from the first");
        points(out, landscape, OfOrganism::efficiency, null);
        if (landscape.texts() > 0) {
            out.println();
            out.println("pretraining influence: KL(base, organism) on generic text at the same norm; difference");
            points(out, landscape, OfOrganism::influence, landscape.random());
        }
        out.println("(" + landscape.rows() + " conversations, " + landscape.texts()
                + " texts; nats per token; intervals: rows like these)");
    }

    private static void points(
            PrintStream out,
            Landscape landscape,
            Function<OfOrganism, List<Point>> which,
            @Nullable List<Point> random) {
        List<String> columns = columns(landscape, "norm");
        if (random != null) {
            columns.add("random");
        }
        List<List<@Nullable Object>> rows = new ArrayList<>();
        List<Point> first = which.apply(landscape.organisms().getFirst());
        for (int j = 0; j < first.size(); j++) {
            int place = j;
            List<@Nullable Object> row = cells(
                    landscape,
                    String.format(
                            Locale.ROOT,
                            "%.3g (x %s)",
                            first.get(j).norm(),
                            first.get(j).share()),
                    organism -> point(which.apply(organism).get(place)));
            if (random != null) {
                row.add(random.get(j).value().text(3));
            }
            rows.add(row);
        }
        new TextTable(columns, rows).print(out);
    }

    private static List<String> columns(Landscape landscape, String first) {
        List<String> columns = new ArrayList<>(List.of(first));
        landscape.organisms().forEach(organism -> columns.add(organism.name()));
        return columns;
    }

    private static List<@Nullable Object> cells(Landscape landscape, String first, Function<OfOrganism, String> cell) {
        List<@Nullable Object> row = row(first);
        landscape.organisms().forEach(organism -> row.add(cell.apply(organism)));
        return row;
    }

    private static List<@Nullable Object> row(Object... cells) {
        List<@Nullable Object> row = new ArrayList<>();
        for (Object cell : cells) {
            row.add(cell);
        }
        return row;
    }

    private static String lost(Step step) {
        Estimate lost = step.lost();
        return lost == null
                ? "-"
                : lost.text(3)
                        + beyond(step.beyondFirst())
                        + String.format(Locale.ROOT, ", %.3f to %.3f", step.least(), step.most());
    }

    private static String point(Point point) {
        return point.value().text(3) + beyond(point.beyondFirst());
    }

    private static String beyond(@Nullable Estimate difference) {
        return difference == null ? "" : "; " + (difference.value() < 0 ? "" : "+") + difference.text(3);
    }
}
