package dev.vivarium.app.cli;

import dev.vivarium.lab.score.Calibration;
import dev.vivarium.lab.score.ScoredFile;
import dev.vivarium.lab.statistics.Confidence;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code vivarium judge calibrate}: a judge's scores held against a person's labels. */
@Command(name = "calibrate", description = "Compare a judge with a filled sheet: precision, recall, the best cut.")
final class JudgeCalibrateCommand implements Callable<Integer> {
    private final Shell shell;

    @Parameters(index = "0", paramLabel = "SHEET", description = "The sheet, filled.")
    private Path sheet = Path.of("");

    @Parameters(index = "1", paramLabel = "FILE", description = "Scored answers that hold those of the sheet.")
    private Path scores = Path.of("");

    @Option(
            names = "--seed",
            defaultValue = "0",
            paramLabel = "N",
            description = "Root of the bootstrap's randomness. Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Mixin
    private final ColumnOptions columns = new ColumnOptions();

    @Mixin
    private final OutputOptions output = new OutputOptions();

    JudgeCalibrateCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws IOException {
        ScoredFile file = ScoredFile.read(scores, columns.names(), columns.mixed);
        Confidence confidence = new Confidence(Confidence.DEFAULT.level(), Confidence.DEFAULT.draws(), seed);
        CalibrationReport report = new CalibrationReport(Calibration.of(sheet, file, confidence), sheet);
        output.print(shell, report.json(), report::print);
        return ExitCode.OK;
    }
}
