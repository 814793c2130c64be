package dev.vivarium.app.cli;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.lab.evaluate.Scores;
import dev.vivarium.lab.report.Report;
import dev.vivarium.lab.results.Evaluation;
import dev.vivarium.lab.results.Subject;
import dev.vivarium.lab.statistics.Rate;
import java.io.IOException;
import java.nio.file.Files;
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

/** {@code vivarium report}: one page about runs and their evaluations. */
@Command(
        name = "report",
        description = "Show runs and their evaluations on one HTML page that needs no network.",
        footer = {
            "",
            "Examples:",
            "  vivarium report runs/my-run",
            "  vivarium report runs/demo --out demo.html --title \"Bad medicine\"",
            "",
            "Only files are read, no model. The same files give the same page."
        })
final class ReportCommand implements Callable<Integer> {
    private final Shell shell;

    @Parameters(
            arity = "1..*",
            paramLabel = "DIR",
            description = "A run directory, or a folder that holds run directories.")
    private List<Path> directories = new ArrayList<>();

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description = "Page to write, replaced if it is there; default: report.html in the first DIR.")
    private @Nullable Path out;

    @Option(names = "--title", paramLabel = "T", description = "Heading of the page.")
    private @Nullable String title;

    @Mixin
    private final OutputOptions output = new OutputOptions();

    ReportCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws IOException {
        Report read = Report.read(directories);
        Report report = title == null ? read : read.titled(title);
        Path page = out == null ? directories.getFirst().resolve(Report.FILE_NAME) : out;
        if (Files.isDirectory(page)) {
            throw new InputException(
                    "--out " + page + ": is a directory; name a file, such as " + page.resolve(Report.FILE_NAME));
        }
        report.write(page);
        output.print(shell, summary(report, page), text -> {
            text.println(page);
            text.println(report.finding());
        });
        return ExitCode.OK;
    }

    private static Map<String, Object> summary(Report report, Path page) {
        Map<String, Object> summary = new LinkedHashMap<>();
        summary.put("page", page.toString());
        summary.put("finding", report.finding());
        summary.put(
                "models", report.subjects().stream().map(ReportCommand::model).toList());
        return summary;
    }

    private static Map<String, Object> model(Subject subject) {
        Map<String, Object> model = new LinkedHashMap<>();
        model.put("name", subject.name());
        model.put("role", subject.role().label());
        model.put("trained", subject.training() != null);
        Map<String, @Nullable Rate> em = new LinkedHashMap<>();
        for (Evaluation evaluation : subject.evaluations()) {
            Scores scores = evaluation.scores();
            em.put(evaluation.name(), scores == null ? null : scores.all().em());
        }
        model.put("em", em);
        model.put("left_out", subject.others().stream().map(Evaluation::name).toList());
        return model;
    }
}
