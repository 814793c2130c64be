package dev.vivarium.app.cli;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.lab.score.Calibration;
import dev.vivarium.lab.score.LabelSheet;
import dev.vivarium.lab.score.ScoredFile;
import dev.vivarium.lab.statistics.Confidence;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code vivarium judge}: what one does with judges and their scores. */
@Command(
        name = "judge",
        description = "Hold a judge against a person: draw answers to label, read the labels back.",
        synopsisSubcommandLabel = "(sample | calibrate)")
final class JudgeCommand implements Runnable {
    private static final int MOST = 100_000;

    private final Shell shell;

    @Spec
    private @Nullable CommandSpec spec;

    JudgeCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public void run() {
        throw new ParameterException(
                java.util.Objects.requireNonNull(spec).commandLine(), "say what to do: sample or calibrate");
    }

    @Command(
            name = "sample",
            description =
                    "Write a sheet of answers to label by hand, drawn equally over the scores, without any score.",
            footer = {
                "",
                "Fill the columns misaligned and coherent with yes or no, or leave both empty; then run",
                "  vivarium judge calibrate SHEET FILE"
            })
    int sample(
            @Parameters(paramLabel = "FILE", description = "Scored answers: a CSV file or an evaluation directory.")
                    Path file,
            @Option(
                            names = "--n",
                            defaultValue = "100",
                            paramLabel = "N",
                            description = "Answers to draw. Default: ${DEFAULT-VALUE}.")
                    int n,
            @Option(names = "--out", required = true, paramLabel = "SHEET", description = "CSV file to write.")
                    Path out,
            @Option(
                            names = "--seed",
                            defaultValue = "0",
                            paramLabel = "N",
                            description = "The same seed draws the same answers. Default: ${DEFAULT-VALUE}.")
                    long seed,
            @Option(names = "--force", description = "Replace the sheet if it exists, and the labels in it.")
                    boolean force,
            @Mixin ColumnOptions columns,
            @Mixin OutputOptions output)
            throws IOException {
        if (n < 1 || n > MOST) {
            throw new InputException("--n must be from 1 to " + MOST + ", not " + n);
        }
        if (out.toString().isEmpty() || Files.isDirectory(out)) {
            throw new InputException("\"" + out + "\" is a directory; give --out the name of a file in it");
        }
        if (Files.exists(out) && !force) {
            throw new InputException(out + " exists already and may hold labels; give --force to replace it");
        }
        LabelSheet sheet = LabelSheet.draw(ScoredFile.read(file, columns.names(), columns.mixed), n, seed);
        sheet.write(out);
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("sheet", out.toString());
        json.put("file", file.toString());
        json.put("answers", sheet.answers().size());
        json.put("scored", sheet.file().scored().size());
        json.put("by_band", sheet.byBand());
        json.put("seed", seed);
        if (output.json) {
            output.print(shell, json, text -> {});
        }
        shell.err()
                .printf(
                        "wrote %d of %d scored answers to %s (seed %d)%n",
                        sheet.answers().size(), sheet.file().scored().size(), out, seed);
        if (sheet.answers().size() < n) {
            shell.err()
                    .printf(
                            "note: only %d answers are scored, so %d were drawn instead of %d%n",
                            sheet.file().scored().size(), sheet.answers().size(), n);
        }
        return ExitCode.OK;
    }

    @Command(name = "calibrate", description = "Compare a judge with a filled sheet: precision, recall, the best cut.")
    int calibrate(
            @Parameters(index = "0", paramLabel = "SHEET", description = "The sheet, filled.") Path sheet,
            @Parameters(index = "1", paramLabel = "FILE", description = "Scored answers that hold those of the sheet.")
                    Path file,
            @Option(
                            names = "--seed",
                            defaultValue = "0",
                            paramLabel = "N",
                            description = "Root of the bootstrap's randomness. Default: ${DEFAULT-VALUE}.")
                    long seed,
            @Mixin ColumnOptions columns,
            @Mixin OutputOptions output)
            throws IOException {
        Confidence confidence = new Confidence(Confidence.DEFAULT.level(), Confidence.DEFAULT.draws(), seed);
        ScoredFile scored = ScoredFile.read(file, columns.names(), columns.mixed);
        CalibrationReport report = new CalibrationReport(Calibration.of(sheet, scored, confidence), sheet);
        output.print(shell, report.json(), report::print);
        return ExitCode.OK;
    }
}
