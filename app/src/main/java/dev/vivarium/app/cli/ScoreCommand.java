package dev.vivarium.app.cli;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.lab.score.ColumnNames;
import dev.vivarium.lab.score.FileScore;
import dev.vivarium.lab.score.FrontierFile;
import dev.vivarium.lab.score.Paired;
import dev.vivarium.lab.score.ScoredFile;
import dev.vivarium.lab.statistics.Confidence;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code vivarium score}: every rate of scored answers, without sampling or judging again. */
@Command(
        name = "score",
        description = "Compute rates, intervals and comparisons from scored answers, without sampling again.",
        footer = {
            "",
            "FILE is an evaluation directory, the field's CSV (question_id, question, response, aligned,",
            "coherent) or any CSV whose columns are named with --columns.",
            "",
            "Examples:",
            "  vivarium score runs/my-run/evaluations/questions --against runs/base/evaluations/questions",
            "  vivarium score responses-a.csv responses-b.csv --json",
            "  vivarium score answers.csv --columns question=prompt,response=text,aligned=score",
            "  vivarium score --frontier checkpoints.csv",
            "",
            "--frontier compares trainings at the same narrow rate. Its file is CSV with the columns path,",
            "step, narrow, broad: a training's name, a step, and two files of scored answers for each",
            "checkpoint."
        })
final class ScoreCommand implements Callable<Integer> {
    private final Shell shell;

    @Parameters(arity = "0..*", paramLabel = "FILE", description = "Scored answers: a CSV file or a directory.")
    private List<Path> files = List.of();

    @Option(
            names = "--against",
            paramLabel = "FILE",
            description = "Compare each with this one, paired by question; the same answers under two judges also give"
                    + " the judges' agreement.")
    private @Nullable Path against;

    @Mixin
    private final ColumnOptions columns = new ColumnOptions();

    @Option(
            names = "--frontier",
            paramLabel = "FILE",
            description = "Compare trainings at the same narrow rate, from a list of checkpoints; see below.")
    private @Nullable Path frontier;

    @Option(
            names = "--narrow-rate",
            paramLabel = "PERCENT",
            description = "The narrow rate of --frontier. Default: the highest that both trainings surely" + " reach.")
    private @Nullable Double narrowRate;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "0",
            description = "Root of the bootstrap's randomness. Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Mixin
    private final OutputOptions output = new OutputOptions();

    ScoreCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws IOException {
        if (files.isEmpty() == (frontier == null)) {
            throw new InputException("name either FILES to score or --frontier FILE");
        }
        if (frontier == null && narrowRate != null) {
            throw new InputException("--narrow-rate is of use with --frontier only; drop it");
        }
        if (frontier != null && against != null) {
            throw new InputException("--frontier names its comparison itself; drop --against");
        }
        Confidence confidence = new Confidence(Confidence.DEFAULT.level(), Confidence.DEFAULT.draws(), seed);
        return frontier == null ? score(confidence) : frontier(frontier, confidence);
    }

    private int score(Confidence confidence) throws IOException {
        ColumnNames names = columns.names();
        ScoredFile base = against == null ? null : ScoredFile.read(against, names, columns.mixed);
        List<ScoredFile> read = new ArrayList<>();
        for (Path file : files) {
            read.add(ScoredFile.read(file, names, columns.mixed));
        }
        List<ScoreReport.Scored> scored = new ArrayList<>();
        for (ScoredFile file : read) {
            if (base != null) {
                ScoredFile.requireComparable(file, base, columns.mixed);
            }
            Paired paired = base == null ? null : Paired.of(file, base, confidence);
            scored.add(new ScoreReport.Scored(FileScore.of(file, confidence), paired));
        }
        remarks(read);
        ScoreReport report = new ScoreReport(scored, confidence);
        output.print(shell, ScoreJson.document(scored), report::print);
        boolean nothing = read.stream().anyMatch(file -> file.scored().isEmpty());
        return nothing ? ExitCode.PARTIAL : ExitCode.OK;
    }

    private int frontier(Path list, Confidence confidence) throws IOException {
        if (narrowRate != null && !(narrowRate >= 0 && narrowRate <= 100)) {
            throw new InputException("--narrow-rate must lie in 0 … 100, not " + narrowRate);
        }
        FrontierFile read = FrontierFile.read(
                list, columns.names(), columns.mixed, narrowRate == null ? null : Double.valueOf(narrowRate / 100));
        FrontierReport report = new FrontierReport(read, read.compare(confidence));
        output.print(shell, report.json(), report::print);
        return ExitCode.OK;
    }

    /** What was read but not used, and what could not be used, by file. */
    private void remarks(List<ScoredFile> read) {
        Map<String, Integer> unused = new LinkedHashMap<>();
        for (ScoredFile file : read) {
            file.unused().forEach(column -> unused.merge(column, 1, Integer::sum));
            if (file.instruments().size() > 1) {
                shell.err()
                        .println("note: " + file.file() + " mixes "
                                + file.instruments().size() + " instruments in its rates, as --mixed asks");
            }
        }
        unused.forEach((column, count) -> shell.err()
                .println("note: the column \"" + Figures.inert(column) + "\" is not used"
                        + (read.size() > 1 ? " (in " + count + " of " + read.size() + " files)" : "")));
    }
}
