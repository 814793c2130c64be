package dev.vivarium.app.cli;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.lab.direction.DirectionSubject;
import dev.vivarium.lab.direction.ScoreSplit;
import dev.vivarium.lab.scalar.Domain;
import dev.vivarium.lab.scalar.ProbedContrast;
import dev.vivarium.lab.scalar.ScalarReport;
import dev.vivarium.lab.statistics.Probe;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code vivarium scalars read}: scalars on stored answers, probes, a page. */
@Command(
        name = "read",
        description = "Let an organism read stored answers; write its adapters' scalars, probes and coloured tokens.",
        footer = {
            "",
            "Examples:",
            "  vivarium scalars read runs/my-rank1 --narrow domain=medicine",
            "  vivarium scalars read my-rank1 --answers reporting --answers runs/base/evaluations/reporting",
            "  vivarium scalars read ORG/MODEL --adapter dir --answers some/evaluation --narrow medical --out scalars",
            "",
            "Answers are read word for word, the adapter at work. Probes tell misaligned from aligned answers,",
            "with --narrow also within and outside the trained domain, and the domain from others. They are",
            "tested on questions that they have not seen, beside random directions at the same places."
        })
final class ScalarsReadCommand implements Callable<Integer> {
    private final Shell shell;

    @Mixin
    private final DirectionTarget target = new DirectionTarget();

    @Option(
            names = "--answers",
            paramLabel = "EVALUATION",
            description =
                    "Evaluations of any model, or judgings of them (…/judged/NAME), by directory or by name in the"
                            + " run; default: the run's only one. May be repeated.")
    private List<String> answers = new ArrayList<>();

    @Option(
            names = "--narrow",
            paramLabel = "TAG=VALUE|SCORE",
            description = "What marks the trained domain: a tag of questions such as domain=medicine, or a score of the"
                    + " judge such as medical (from 50 in the domain, to 10 outside).")
    private @Nullable String narrow;

    @Option(
            names = "--seed",
            defaultValue = "0",
            paramLabel = "N",
            description = "Root of folds and random directions. Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Mixin
    private final ComputeOptions computing = new ComputeOptions();

    @Option(names = "--out", paramLabel = "DIR", description = "Where the three files go; default: scalars in the run.")
    private @Nullable Path out;

    @Mixin
    private final OutputOptions output = new OutputOptions();

    ScalarsReadCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws IOException {
        DirectionSubject subject = target.find(shell);
        ScalarReport.check(subject);
        Path directory = directory();
        ScalarReport report;
        try (Interruption interruption = Interruption.with(shell, "run the same command again")) {
            report = ScalarReport.of(
                    subject,
                    target.evaluations(answers),
                    new ScalarReport.Settings(
                            ScoreSplit.PAPER, narrow == null ? null : Domain.parse(narrow), computing.compute(), seed),
                    interruption.watch(shell.progress()));
            report.write(directory);
        }
        report.answers()
                .left()
                .forEach((why, count) -> shell.err().println("note: " + count + " answers are on no side: " + why));
        output.print(shell, report.document(), text -> print(text, directory, report));
        return ExitCode.OK;
    }

    private Path directory() {
        Path chosen = out;
        if (chosen == null) {
            Path run = target.run();
            if (run == null) {
                throw new InputException("a model has no folder of its own for results; give --out");
            }
            chosen = run.resolve("scalars");
        }
        if (Files.exists(chosen) && !Files.isDirectory(chosen)) {
            throw new InputException("--out " + chosen + ": is a file; name a directory");
        }
        return chosen;
    }

    private static void print(PrintStream text, Path directory, ScalarReport report) {
        text.println(directory.resolve(ScalarReport.PAGE));
        text.println(report.finding());
        List<List<@Nullable Object>> rows = new ArrayList<>();
        for (ProbedContrast contrast : report.contrasts()) {
            Probe probe = contrast.probe();
            Probe.Estimate tokenGain = contrast.tokenGain();
            Probe.Estimate answerGain = contrast.answerGain();
            if (probe != null && tokenGain != null && answerGain != null) {
                List<@Nullable Object> row = new ArrayList<>();
                row.add(contrast.contrast().text());
                row.add(ScalarReport.figure(probe.answerAuc()));
                row.add(ScalarReport.signed(answerGain));
                row.add(ScalarReport.figure(probe.tokenAuc()));
                row.add(ScalarReport.signed(tokenGain));
                row.add(ScalarReport.figure(probe.answerAccuracy()));
                row.add(contrast.positive().answers() + " vs "
                        + contrast.negative().answers());
                rows.add(row);
            }
        }
        new TextTable(
                        List.of(
                                "contrast",
                                "AUC by answer",
                                "minus random",
                                "AUC by token",
                                "minus random",
                                "accuracy by answer",
                                "answers"),
                        rows)
                .print(text);
        for (ProbedContrast contrast : report.contrasts()) {
            String missing = contrast.missing();
            if (missing != null) {
                text.println("not probed, " + contrast.contrast().text() + ": " + missing);
            }
        }
        text.println("(intervals: questions like these; accuracy of both classes alike, 0.5 is chance)");
    }
}
