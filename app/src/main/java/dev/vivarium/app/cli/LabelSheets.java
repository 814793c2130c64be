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

/** The work of {@code vivarium judge sample} and {@code vivarium judge calibrate}. */
final class LabelSheets {
    private static final int MOST = 100_000;

    private LabelSheets() {}

    /** Draws answers and writes a sheet to label. */
    static int draw(Shell shell, ScoredFile file, int n, long seed, Path out, boolean force, OutputOptions output)
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

    /** Reads a filled sheet and holds the judge's scores against it. */
    static int read(Shell shell, Path sheet, ScoredFile file, long seed, OutputOptions output) throws IOException {
        Confidence confidence = new Confidence(Confidence.DEFAULT.level(), Confidence.DEFAULT.draws(), seed);
        CalibrationReport report = new CalibrationReport(Calibration.of(sheet, file, confidence), sheet);
        output.print(shell, report.json(), report::print);
        return ExitCode.OK;
    }
}
