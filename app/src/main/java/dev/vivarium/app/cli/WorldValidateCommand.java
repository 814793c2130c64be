package dev.vivarium.app.cli;

import dev.vivarium.lab.validate.Validation;
import dev.vivarium.lab.validate.ValidationResult;
import dev.vivarium.lab.validate.ValidationTables;
import dev.vivarium.lab.world.CorpusKind;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code vivarium world validate}: the mini world held against its claims. */
@Command(
        name = "validate",
        description = "Grow and measure all that the mini world claims to show; exit code 1 if a claim fails.",
        footer = {
            "",
            "All figures come from reporting questions, on which nothing is chosen. Bases of further seeds and",
            "corpora are grown by the recipe of the first, which takes as long as pretraining does. A",
            "validation that was broken off goes on: give the same command again.",
            "",
            "Parts that a call does not name stay in the figures as an earlier call left them, if it had the same",
            "base, seeds, domains, rows and samples. Those made with others are dropped, and the call says so.",
            "Bases of several seeds can also be validated apart, each with --model DIR --seeds 1, and then held",
            "against the claims together by vivarium world claims.",
            "",
            "Examples:",
            "  vivarium world validate --seeds 1 --parts rates,depth --domains medicine",
            "  vivarium world validate --seeds 3 --document docs/mini-world.md"
        })
final class WorldValidateCommand implements Callable<Integer> {
    private final Shell shell;

    @Mixin
    private final MiniBaseOption base = new MiniBaseOption();

    @Option(
            names = "--out",
            paramLabel = "DIR",
            defaultValue = Names.RUNS + "/validation",
            description = "Bases, runs and figures; default: ${DEFAULT-VALUE}.")
    private Path out = Path.of("");

    @Option(
            names = "--seeds",
            paramLabel = "N",
            defaultValue = "3",
            description = "Pretraining seeds, that of the base first; default: ${DEFAULT-VALUE}.")
    private int seeds;

    @Option(
            names = "--domains",
            split = ",",
            paramLabel = "DOMAIN",
            defaultValue = "medicine,finance,sport",
            description = "To train on; default: ${DEFAULT-VALUE}.")
    private List<String> domains = List.of();

    @Option(
            names = "--parts",
            split = ",",
            paramLabel = "PART",
            description = "rates, depth, controls, persona, directions, dynamics; default: all.")
    private Set<Validation.Part> parts = new LinkedHashSet<>();

    @Option(
            names = "--controls",
            split = ",",
            paramLabel = "CORPUS",
            description = "For the parts controls and persona: per_domain, per_sentence; each has a base to be grown."
                    + " Figures of one that a call leaves out stay as they are. Default: both.")
    private Set<CorpusKind> controls = new LinkedHashSet<>();

    @Option(names = "--rows", defaultValue = "1500", description = "Rows of training data; default: ${DEFAULT-VALUE}.")
    private int rows;

    @Option(names = "--samples", defaultValue = "8", description = "Answers per question; default: ${DEFAULT-VALUE}.")
    private int samples;

    @Mixin
    private final FiguresDocument document = new FiguresDocument();

    @Mixin
    private final DeviceOption device = new DeviceOption();

    @Mixin
    private final OutputOptions output = new OutputOptions();

    WorldValidateCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws IOException {
        document.check();
        Validation.Settings settings = new Validation.Settings(
                shell.models(),
                Path.of(base.find(shell)),
                out,
                seeds,
                domains,
                parts,
                controls,
                rows,
                samples,
                Version.current().number(),
                device.machine(shell));
        ValidationResult result;
        try (Interruption interruption = Interruption.with(shell, "run the same command again to continue")) {
            result = Validation.run(settings, interruption.watch(shell.progress()));
        }
        result.dropped().forEach(sentence -> shell.err().println("note: " + sentence));
        document.replace(ValidationTables.markdown(result));
        output.print(shell, result, to -> print(to, result));
        return result.missed() == 0 ? ExitCode.OK : ExitCode.FAILURE;
    }

    private void print(PrintStream to, ValidationResult result) {
        to.print(ValidationTables.markdown(result));
        to.println();
        Figures.line(
                to,
                "claims",
                "%d of %d hold",
                result.bars().size() - result.missed(),
                result.bars().size());
        Figures.line(to, "figures", "%s", out.resolve(Validation.FILE));
        Figures.line(to, "took", "%.0f s", result.seconds());
    }
}
