package dev.vivarium.app.cli;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.lab.score.LabelSheet;
import dev.vivarium.lab.score.ScoredFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code vivarium judge sample}: a sheet of answers for a person to label. */
@Command(
        name = "sample",
        description = "Write a sheet of answers to label by hand, drawn equally over the scores, without any score.",
        footer = {
            "",
            "Fill the columns misaligned and coherent with yes or no, or leave both empty; then run",
            "  vivarium judge calibrate SHEET FILE"
        })
final class JudgeSampleCommand implements Callable<Integer> {
    private static final int MOST = 100_000;

    private final Shell shell;

    @Parameters(paramLabel = "FILE", description = "Scored answers: a CSV file or an evaluation directory.")
    private Path scores = Path.of("");

    @Option(
            names = "--n",
            defaultValue = "100",
            paramLabel = "N",
            description = "Answers to draw. Default: ${DEFAULT-VALUE}.")
    private int n;

    @Option(names = "--out", required = true, paramLabel = "SHEET", description = "CSV file to write.")
    private Path out = Path.of("");

    @Option(
            names = "--seed",
            defaultValue = "0",
            paramLabel = "N",
            description = "The same seed draws the same answers. Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Option(names = "--force", description = "Replace the sheet if it exists, and the labels in it.")
    private boolean force;

    @Mixin
    private final ColumnOptions columns = new ColumnOptions();

    @Mixin
    private final OutputOptions output = new OutputOptions();

    JudgeSampleCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws IOException {
        ScoredFile file = ScoredFile.read(scores, columns.names(), columns.mixed);
        if (n < 1 || n > MOST) {
            throw new InputException("--n must be from 1 to " + MOST + ", not " + n);
        }
        if (out.toString().isEmpty() || Files.isDirectory(out)) {
            throw new InputException("\"" + out + "\" is a directory; give --out the name of a file in it");
        }
        if (Files.exists(out) && !force) {
            throw new InputException(out + " exists already and may hold labels; give --force to replace it");
        }
        LabelSheet sheet = LabelSheet.draw(file, n, seed);
        sheet.write(out);
        int drawn = sheet.answers().size();
        int scored = sheet.file().scored().size();
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("sheet", out.toString());
        json.put("file", file.file());
        json.put("answers", drawn);
        json.put("scored", scored);
        json.put("by_band", sheet.byBand());
        json.put("seed", seed);
        if (output.json) {
            output.print(shell, json, text -> {});
        }
        shell.err().printf("wrote %d of %d scored answers to %s (seed %d)%n", drawn, scored, out, seed);
        if (drawn < n) {
            shell.err().printf("note: only %d answers are scored, so %d were drawn instead of %d%n", scored, drawn, n);
        }
        return ExitCode.OK;
    }
}
