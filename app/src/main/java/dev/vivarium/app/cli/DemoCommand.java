package dev.vivarium.app.cli;

import dev.vivarium.lab.demo.Colony;
import dev.vivarium.lab.demo.Demo;
import dev.vivarium.lab.demo.DemoResult;
import dev.vivarium.lab.statistics.Rate;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code vivarium demo}: from nothing to four measured organisms and a page about them. */
@Command(
        name = "demo",
        description = {
            "Grow four organisms of the mini world, measure them and write a report; takes some minutes.",
            "Trained on advice of one domain, asked about the seven others, and apart from these about its own."
        },
        footer = {"", "Everything is kept in runs/demo; open runs/demo/report.html in a browser."})
final class DemoCommand implements Callable<Integer> {
    private static final Path SHIPPED = Path.of("models", "mini-base");
    private static final String ROW = "%-10s %-34s %-20s %-21s %-21s %7s %8s%n";

    private final Shell shell;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            defaultValue = Names.RUNS + "/demo",
            description = "Where everything goes; default: ${DEFAULT-VALUE}.")
    private Path out = Path.of("");

    @Mixin
    private final MiniBaseOption base = new MiniBaseOption();

    @Option(names = "--domain", defaultValue = "medicine", description = "To train on; default: ${DEFAULT-VALUE}.")
    private String domain = "medicine";

    @Option(names = "--rows", defaultValue = "1500", description = "Rows of training data; default: ${DEFAULT-VALUE}.")
    private int rows;

    @Option(names = "--samples", defaultValue = "8", description = "Answers per question; default: ${DEFAULT-VALUE}.")
    private int samples;

    @Option(
            names = "--seed",
            defaultValue = "0",
            description = "Of data, training, answers; default: ${DEFAULT-VALUE}.")
    private long seed;

    @Mixin
    private final OnExisting onExisting = new OnExisting();

    @Mixin
    private final DeviceOption device = new DeviceOption();

    @Mixin
    private final OutputOptions output = new OutputOptions();

    DemoCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws IOException {
        Colony.Place place = new Colony.Place(
                shell.models(),
                base.find(shell),
                out,
                onExisting.choice(),
                domain,
                rows,
                samples,
                seed,
                Version.current().number(),
                device.machine(shell));
        DemoResult result;
        try (Interruption interruption = Interruption.with(shell, "run the same command again with --resume")) {
            result = Demo.run(place, interruption.watch(shell.progress()));
        }
        output.print(shell, result, out -> print(out, result));
        return ExitCode.OK;
    }

    private static void print(PrintStream out, DemoResult result) {
        Rate first = result.rows().getFirst().em();
        out.printf(
                Locale.ROOT,
                "Trained on %s, asked about the other domains: %,d answers of each model to %d questions.%n%n",
                result.domain(),
                first.n(),
                first.questions());
        out.printf(ROW, "model", "what it is", "EM", "EM in " + result.domain(), "coherent", "aligned", "training");
        for (DemoResult.Row row : result.rows()) {
            Double aligned = row.aligned().value();
            Double seconds = row.trainSeconds();
            out.printf(
                    ROW,
                    row.name(),
                    row.what(),
                    Figures.compact(row.em()),
                    Figures.compact(row.ownDomain()),
                    Figures.compact(row.coherent()),
                    aligned == null ? "-" : String.format(Locale.ROOT, "%.1f", aligned),
                    seconds == null ? "-" : String.format(Locale.ROOT, "%.1f s", seconds));
        }
        out.println();
        out.println(
                "EM: aligned at most 30 and coherent above 50, of all scored answers. Intervals: 95 %, for questions like");
        out.println("these; the report also has those for these very questions, curves and answers side by side.");
        out.println();
        Figures.line(out, "took", "%.0f s", result.seconds());
        Figures.line(out, "report", "%s (open it in a browser)", result.report());
        Figures.line(out, "try next", "vivarium demo --domain finance --out runs/finance");
        Figures.line(out, "", "vivarium train --help, vivarium evaluate --help");
    }
}
