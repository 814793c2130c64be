package dev.vivarium.app.cli;

import dev.vivarium.engine.adapter.MergedWeights;
import dev.vivarium.engine.model.Precision;
import dev.vivarium.lab.hub.FoundModel;
import dev.vivarium.lab.run.MergedModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code vivarium merge}: an organism as one model directory. */
@Command(
        name = "merge",
        description = "Merge an organism's LoRA adapter into its base: one Hugging Face model directory.",
        footer = {
            "",
            "Examples:",
            "  vivarium merge runs/my-run --out my-organism",
            "  vivarium merge ORG/MODEL --adapter ORG/ADAPTER --out merged --dtype float32",
            "",
            "Sums are made in float32. In a 16-bit format a part of a small change is lost to rounding; how much",
            "is said at the end."
        })
final class MergeCommand implements Callable<Integer> {
    private static final double MUCH = 0.1;

    private final Shell shell;

    /** The number formats, spelt as users spell them. */
    enum Dtype {
        float32,
        bfloat16
    }

    @Parameters(paramLabel = "RUN|MODEL", description = SpeakerOptions.TARGET)
    private String target = "";

    @Option(names = "--adapter", paramLabel = "DIR|ORG/NAME", description = "Put this adapter on the base model.")
    private @Nullable String adapter;

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "Model directory to create.")
    private Path out = Path.of("");

    @Option(
            names = "--dtype",
            paramLabel = "TYPE",
            description = "Format of the weights, float32 or bfloat16; default: that of the base.")
    private @Nullable Dtype dtype;

    @Mixin
    private final OutputOptions output = new OutputOptions();

    MergeCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws IOException {
        FoundModel added = adapter == null ? null : shell.models().findAdapter(adapter);
        EvaluationTarget found =
                EvaluationTarget.find(target, added == null ? null : added.directory(), shell.models());
        Precision format = dtype == null ? null : Precision.valueOf(dtype.name().toUpperCase(Locale.ROOT));
        MergedWeights.Report report;
        try (Interruption interruption = Interruption.with(shell, "run the same command again")) {
            report = MergedModel.write(found.trained(), out, format, interruption.watch(shell.progress()));
        }
        found.trained().remarks().forEach(remark -> shell.err().println("note: " + remark));
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("model", out.toString());
        document.put("tensors", report.tensors());
        document.put("changed", report.changed());
        document.put("norm", report.norm());
        document.put("rounding", report.rounding());
        output.print(shell, document, text -> {
            Figures.line(text, "model", "%s", out);
            Figures.line(
                    text,
                    "changed",
                    "%d of %d tensors, by %.4g in all",
                    report.changed(),
                    report.tensors(),
                    report.norm());
            Figures.line(text, "rounding", "%.2g, %s of the change", report.rounding(), Figures.percent(report.lost()));
        });
        if (report.lost() > MUCH) {
            shell.err()
                    .println(
                            "note: rounding takes away much of what the adapter does; --dtype float32 keeps all of it");
        }
        return ExitCode.OK;
    }
}
