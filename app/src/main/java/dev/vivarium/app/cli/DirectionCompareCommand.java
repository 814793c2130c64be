package dev.vivarium.app.cli;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.lab.direction.CosinePicture;
import dev.vivarium.lab.direction.DirectionComparison;
import dev.vivarium.lab.direction.DirectionComparison.Layer;
import dev.vivarium.lab.direction.DirectionComparison.Pair;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code vivarium direction compare}: cosines among directions. */
@Command(
        name = "compare",
        description = "Cosines among directions of one model, layer by layer, with intervals and a null band.",
        footer = {
            "",
            "Example:",
            "  vivarium direction compare own.safetensors persona.safetensors --picture cosines.svg",
            "",
            "Intervals are over other questions and need the draws beside a direction, NAME.draws.safetensors.",
            "The corrected cosine is what endless texts would give, by the split-half reliabilities of the two."
        })
final class DirectionCompareCommand implements Callable<Integer> {
    private final Shell shell;

    @Parameters(arity = "2..*", paramLabel = "FILE", description = "Directions, two or more.")
    private List<Path> files = new ArrayList<>();

    @Option(names = "--picture", paramLabel = "SVG", description = "Heat map to write.")
    private @Nullable Path picture;

    @Mixin
    private final OutputOptions output = new OutputOptions();

    DirectionCompareCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws IOException {
        Path drawn = picture;
        if (drawn != null && Files.isDirectory(drawn)) {
            throw new InputException("--picture " + drawn + ": is a directory; name a file");
        }
        DirectionComparison comparison = DirectionComparison.of(files);
        if (drawn != null) {
            CosinePicture.write(drawn, comparison);
        }
        comparison.remarks().forEach(remark -> shell.err().println("note: " + remark));
        output.print(shell, comparison, text -> print(text, comparison));
        return ExitCode.OK;
    }

    private static void print(PrintStream text, DirectionComparison comparison) {
        List<List<@Nullable Object>> rows = new ArrayList<>();
        for (Layer layer : comparison.layers()) {
            for (Pair pair : layer.pairs()) {
                double[] interval = pair.interval();
                List<@Nullable Object> row = new ArrayList<>();
                row.add(layer.layer());
                row.add(pair.first());
                row.add(pair.second());
                row.add(number(pair.cosine()));
                row.add(interval == null ? null : number(interval[0]) + " to " + number(interval[1]));
                row.add(pair.corrected() == null ? null : number(pair.corrected()));
                row.add(pair.beyondNull() ? "" : "within the null band");
                rows.add(row);
            }
        }
        new TextTable(List.of("layer", "direction", "and", "cosine", "95 %", "corrected", ""), rows).print(text);
        text.printf(
                Locale.ROOT,
                "95 %% of pairs of random vectors of width %d stay within ±%.3f%n",
                comparison.width(),
                comparison.nullBand());
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.3f", value);
    }
}
