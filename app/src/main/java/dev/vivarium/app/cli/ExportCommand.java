package dev.vivarium.app.cli;

import dev.vivarium.engine.base.AtomicFiles;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.lab.export.HarnessResults;
import dev.vivarium.lab.export.InspectLog;
import dev.vivarium.lab.export.PaperTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code vivarium export}: evaluations in the formats of other tools. */
@Command(
        name = "export",
        synopsisSubcommandLabel = "(inspect | lm-eval | table)",
        description = "Write evaluations for other tools: Inspect, lm-evaluation-harness, a paper.",
        footer = {
            "",
            "Examples:",
            "  vivarium export inspect runs/my-run/evaluations/questions --out my-run.eval",
            "  vivarium export lm-eval runs/my-run/evaluations/questions --out results",
            "  vivarium export table runs/demo --format latex"
        })
final class ExportCommand implements Runnable {
    private static final String EVALUATION =
            "A directory such as runs/my-run/evaluations/questions, or a judging below its judged.";

    private final Shell shell;

    @Spec
    private @Nullable CommandSpec spec;

    ExportCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public void run() {
        throw new ParameterException(
                Objects.requireNonNull(spec).commandLine(), "name what to write: inspect, lm-eval or table");
    }

    @Command(name = "inspect", description = "Write an evaluation as a log that Inspect opens.")
    int inspect(
            @Parameters(paramLabel = "EVALUATION", description = EVALUATION) Path evaluation,
            @Option(
                            names = "--out",
                            paramLabel = "FILE",
                            required = true,
                            description = "The log: an archive if its name ends in .eval, else JSON.")
                    Path out,
            @Mixin OutputOptions output)
            throws IOException {
        if (!out.toString().endsWith(".eval") && !out.toString().endsWith(".json")) {
            throw new InputException("--out " + out + ": Inspect opens .eval and .json; name the file so");
        }
        InspectLog log = InspectLog.of(evaluation);
        vacant(out);
        log.write(out);
        output.print(shell, Map.of("log", out.toString()), text -> text.println(out));
        return ExitCode.OK;
    }

    @Command(name = "lm-eval", description = "Write an evaluation as lm-evaluation-harness writes its results.")
    int harness(
            @Parameters(paramLabel = "EVALUATION", description = EVALUATION) Path evaluation,
            @Option(
                            names = "--out",
                            paramLabel = "DIR",
                            required = true,
                            description = "Folder for MODEL/results_DATE.json and MODEL/samples_TASK_DATE.jsonl.")
                    Path out,
            @Mixin OutputOptions output)
            throws IOException {
        Path results = HarnessResults.of(evaluation).write(out);
        output.print(shell, Map.of("results", results.toString()), text -> text.println(results));
        return ExitCode.OK;
    }

    @Command(name = "table", description = "Write the rates of runs as a table, with intervals and denominators.")
    int table(
            @Parameters(
                            arity = "1..*",
                            paramLabel = "DIR",
                            description = "A run directory, or a folder that holds run directories.")
                    List<Path> directories,
            @Option(
                            names = "--format",
                            paramLabel = "F",
                            defaultValue = "markdown",
                            description = "${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
                    PaperTable.Style style,
            @Option(names = "--evaluation", paramLabel = "NAME", description = "Only this evaluation.") @Nullable
                    String evaluation,
            @Option(names = "--judged", description = "Show rates by other judges too, those below judged.")
                    boolean judged,
            @Option(names = "--out", paramLabel = "FILE", description = "File to write; default: standard output.")
                    @Nullable
                    Path out,
            @Mixin OutputOptions output)
            throws IOException {
        PaperTable table = PaperTable.read(directories, evaluation, judged);
        String text = table.text(style);
        if (out != null) {
            vacant(out);
            AtomicFiles.writeString(out, text);
        }
        output.print(shell, table, stream -> {
            if (out == null) {
                stream.print(text);
            } else {
                stream.println(out);
            }
        });
        return ExitCode.OK;
    }

    private static void vacant(Path out) {
        if (Files.isDirectory(out)) {
            throw new InputException("--out " + out + ": is a directory; name a file");
        }
    }
}
