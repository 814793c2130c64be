package dev.vivarium.app.cli;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.lab.evaluate.TagValue;
import dev.vivarium.lab.phase.PhaseReport;
import dev.vivarium.lab.phase.PhaseSettings;
import dev.vivarium.lab.trajectory.AdapterComparison;
import dev.vivarium.lab.trajectory.LocalCosine.Gate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code vivarium phase}: when the weights of a training turn, from its adapter files alone. */
@Command(
        name = "phase",
        description = "Show when an adapter's weights turn in training, beside null models and rates of behaviour.",
        footer = {
            "",
            "Examples:",
            "  vivarium phase runs/my-run --twin runs/my-good-twin",
            "  vivarium phase released/R1_0_1_0 --gate 0.0035 --rates rates.csv",
            "  vivarium phase runs/seed-0 runs/seed-1 runs/seed-2 --out phases",
            "  vivarium phase compare runs/a/adapter runs/b/adapter",
            "  vivarium phase sweep my-run --questions questions.yaml --samples 2 --narrow domain=medicine",
            "",
            "No base model is needed. Checkpoints are those of a run, or PEFT directories with a step at the",
            "end of their name. Rates come from the run's evaluations named step-000123, or step-000123-x5",
            "where the adapter was multiplied by 5, as vivarium phase sweep makes them, or from a CSV file with",
            "the columns step, kind (narrow or broad), hits and n, and if known question and scale."
        })
final class PhaseCommand implements Callable<Integer>, CommandGroup {
    private static final int LEAST_DRAWS = 40;
    private static final int MOST_DRAWS = 100_000;

    private final Shell shell;

    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(
            arity = "0..*",
            paramLabel = "RUN|DIR",
            description = "A run or a folder of checkpoints; several are seeds of one recipe.")
    private List<Path> directories = new ArrayList<>();

    @Option(
            names = "--twin",
            paramLabel = "DIR",
            description = "Training on good data whose path is a null; may be repeated.")
    private List<Path> twins = new ArrayList<>();

    @Option(names = "--rates", paramLabel = "CSV", description = "Rates by step, instead of the run's evaluations.")
    private @Nullable Path rates;

    @Option(
            names = "--narrow",
            paramLabel = "TAG=VALUE",
            description = "Questions about the trained domain, such as domain=medicine; all others are broad.")
    private @Nullable String narrow;

    @Option(
            names = "--offset",
            split = ",",
            paramLabel = "K",
            description =
                    "Steps before and after between which angles are taken; default: 5,10,15,20 if the checkpoints "
                            + "allow.")
    private List<Integer> offsets = new ArrayList<>();

    @Option(
            names = "--gate",
            defaultValue = "0.5mean",
            paramLabel = "G",
            description =
                    "How far weights have to move: a length such as 0.0035, or a share of the usual length such as "
                            + "0.5median. Default: ${DEFAULT-VALUE}.")
    private String gate = "0.5mean";

    @Option(
            names = "--draws",
            defaultValue = "200",
            paramLabel = "N",
            description = "Paths of each null model. Default: ${DEFAULT-VALUE}.")
    private int draws;

    @Option(
            names = "--seed",
            defaultValue = "0",
            paramLabel = "N",
            description = "Root of the nulls' randomness. Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "Where phase.json, phase.html and the CSV files go; default: phase in the first DIR.")
    private @Nullable Path out;

    @Mixin
    private final OutputOptions output = new OutputOptions();

    PhaseCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public List<Object> below() {
        return List.of(new PhaseSweepCommand(shell));
    }

    @Override
    public Integer call() throws IOException {
        if (directories.isEmpty()) {
            throw new ParameterException(
                    Objects.requireNonNull(spec).commandLine(), "name a run or a folder of checkpoints");
        }
        if (draws < LEAST_DRAWS || draws > MOST_DRAWS) {
            throw new InputException("--draws must be from " + LEAST_DRAWS + " to " + MOST_DRAWS + ", not " + draws);
        }
        Path target = out == null ? directories.getFirst().resolve("phase") : out;
        if (Files.exists(target) && !Files.isDirectory(target)) {
            throw new InputException("--out " + target + ": is a file; name a directory");
        }
        PhaseReport report = PhaseReport.read(
                new PhaseReport.Sources(
                        directories, twins, rates, narrow == null ? null : TagValue.parse("--narrow", narrow)),
                new PhaseSettings(offsets, Gate.parse(gate), draws, seed));
        report.write(target);
        output.print(shell, report.document(), text -> {
            text.println(target.resolve(PhaseReport.PAGE));
            text.println(report.finding());
        });
        return ExitCode.OK;
    }

    @Command(
            name = "compare",
            description = "Compare adapters in weight space: cosines of their changes and overlap of their spaces.")
    int compare(
            @Parameters(arity = "2..*", paramLabel = "ADAPTER", description = "PEFT directories, two or more.")
                    List<Path> adapters,
            @Mixin OutputOptions format) {
        AdapterComparison comparison = AdapterComparison.of(adapters);
        format.print(shell, comparison, new ComparisonText(comparison)::print);
        return ExitCode.OK;
    }
}
