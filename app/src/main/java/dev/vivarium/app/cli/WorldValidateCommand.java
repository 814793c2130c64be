package dev.vivarium.app.cli;

import dev.vivarium.engine.base.AtomicFiles;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.lab.validate.Validation;
import dev.vivarium.lab.validate.ValidationResult;
import dev.vivarium.lab.validate.ValidationTables;
import dev.vivarium.lab.world.CorpusKind;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
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
            "",
            "Examples:",
            "  vivarium world validate --seeds 1 --parts rates,depth --domains medicine",
            "  vivarium world validate --seeds 3 --document docs/mini-world.md"
        })
final class WorldValidateCommand implements Callable<Integer> {
    private static final String BEGIN = "<!-- figures of `vivarium world validate`: begin -->";
    private static final String END = "<!-- figures of `vivarium world validate`: end -->";

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

    @Option(
            names = "--document",
            paramLabel = "FILE",
            description = "A Markdown file whose figures, between two marks, are replaced.")
    private @Nullable Path document;

    @Mixin
    private final DeviceOption device = new DeviceOption();

    @Mixin
    private final OutputOptions output = new OutputOptions();

    WorldValidateCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws IOException {
        String old = document == null ? null : document(document);
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
        if (document != null && old != null) {
            int begin = old.indexOf(BEGIN) + BEGIN.length();
            String tables = "\n\n" + ValidationTables.markdown(result) + "\n";
            AtomicFiles.writeString(document, old.substring(0, begin) + tables + old.substring(old.indexOf(END)));
        }
        output.print(shell, result, to -> print(to, result));
        return result.missed() == 0 ? ExitCode.OK : ExitCode.FAILURE;
    }

    private static String document(Path file) throws IOException {
        String text = Files.isRegularFile(file) ? Files.readString(file) : "";
        int begin = text.indexOf(BEGIN);
        if (begin < 0 || text.indexOf(END) < begin) {
            throw new InputException(file + ": has no place for figures; it needs the lines " + BEGIN + " and " + END);
        }
        return text;
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
