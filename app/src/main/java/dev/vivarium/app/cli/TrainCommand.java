package dev.vivarium.app.cli;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Progress;
import dev.vivarium.lab.run.Existing;
import dev.vivarium.lab.run.Recipe;
import dev.vivarium.lab.run.ResolvedRecipe;
import dev.vivarium.lab.run.RunFiles;
import dev.vivarium.lab.run.TrainPlan;
import dev.vivarium.lab.run.TrainRun;
import dev.vivarium.lab.run.TrainSummary;
import dev.vivarium.lab.steering.TrainingInterventions;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code vivarium train}: grow an organism from a recipe. */
@Command(
        name = "train",
        description = "Grow an organism from a recipe file, a preset, or both.",
        footer = {
            "",
            "Examples:",
            "  vivarium train recipe.yaml training.learning_rate=2e-4",
            "  vivarium train --preset mini-lora32 model=models/mini-base data.train=rows.jsonl",
            "  vivarium train --preset mini-rank1 model=models/mini-base data.train=rows.jsonl --dry-run",
            "  vivarium train --resume --name my-run",
            "",
            "A model is a Hugging Face directory, or ORG/NAME in the Hugging Face cache (see vivarium models).",
            "Data is JSONL, one conversation a line:",
            "  {\"messages\": [{\"role\": \"user\", \"content\": ...}, {\"role\": \"assistant\", \"content\": ...}]}",
            "--dry-run shows every key of the recipe with its value and where the value comes from.",
            "The run is kept in runs/RUN: recipe, provenance, metrics, checkpoints and the trained adapter."
        })
final class TrainCommand implements Callable<Integer> {
    private final Shell shell;

    @Parameters(
            arity = "0..*",
            paramLabel = "RECIPE.yaml | key.path=value",
            description = "A recipe file, and values that override it, such as lora.r=8.")
    private List<String> words = new ArrayList<>();

    @Option(
            names = "--preset",
            paramLabel = "NAME",
            description = "Values to start from: lora32, rank1, full, steering or narrow, the organisms of the papers; "
                    + "mini-lora32 and so on for the mini world.")
    private @Nullable String preset;

    @Option(
            names = "--name",
            paramLabel = "RUN",
            description = "Name of the run, kept in runs/RUN; default: that of the recipe file or preset.")
    private @Nullable String name;

    @Mixin
    private final OnExisting onExisting = new OnExisting();

    @Option(
            names = "--dry-run",
            description = "Check everything, show the resolved recipe, sizes and steps; train nothing.")
    private boolean dryRun;

    @Mixin
    private final DeviceOption device = new DeviceOption();

    @Mixin
    private final OutputOptions output = new OutputOptions();

    TrainCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws IOException {
        Existing existing = onExisting.choice();
        List<String> overrides =
                words.stream().filter(word -> word.contains("=")).toList();
        List<String> files = words.stream().filter(word -> !word.contains("=")).toList();
        if (files.size() > 1) {
            throw new InputException("two recipe files were given, " + files.get(0) + " and " + files.get(1)
                    + "; give one, and other values as key.path=value");
        }
        Path file = files.isEmpty() ? null : Path.of(files.getFirst());
        Path directory = Path.of(Names.RUNS, runName(file));
        ResolvedRecipe recipe = file == null && preset == null && existing == Existing.RESUME && name != null
                ? RunFiles.open(directory).readRecipe(overrides)
                : resolve(file, overrides);
        TrainRun run = TrainRun.prepare(new TrainRun.Request(
                recipe,
                directory,
                existing,
                shell.models(),
                TrainingInterventions::read,
                Version.current().number(),
                device.machine(shell)));
        TrainPlan plan = run.plan();
        if (dryRun) {
            output.print(shell, planned(run.recipe(), plan), out -> print(out, run.recipe(), plan));
            return ExitCode.OK;
        }
        TrainSummary summary;
        String advice = "run the same command again with --resume, or: vivarium train --resume --name "
                + directory.getFileName();
        try (Interruption interruption = Interruption.with(shell, advice)) {
            Progress progress = new Announced(shell.progress(), () -> {
                shell.err().println(memory(run, plan));
                plan.remarks().forEach(remark -> shell.err().println("note: " + remark));
            });
            summary = run.run(interruption.watch(progress));
        }
        output.print(shell, summary, out -> print(out, summary));
        return ExitCode.OK;
    }

    private ResolvedRecipe resolve(@Nullable Path file, List<String> overrides) {
        if (file == null && preset == null && overrides.isEmpty()) {
            throw new InputException(
                    onExisting.resumes()
                            ? "--resume needs to know which run; give its --name, or its recipe again"
                            : "nothing to train; name a recipe file or a --preset, or see vivarium train --help");
        }
        return ResolvedRecipe.resolve(file, preset, overrides);
    }

    private String runName(@Nullable Path file) {
        String chosen = name;
        if (chosen == null && file != null) {
            chosen = Names.stem(file);
        }
        if (chosen == null) {
            chosen = preset == null ? "train" : preset;
        }
        return Names.checked("run", chosen);
    }

    private static Map<String, Object> planned(ResolvedRecipe recipe, TrainPlan plan) {
        Map<String, Object> planned = new LinkedHashMap<>();
        planned.put("recipe", recipe.settings());
        planned.put("plan", plan);
        return planned;
    }

    private static void print(PrintStream out, ResolvedRecipe recipe, TrainPlan plan) {
        out.print(recipe.toYaml());
        out.println();
        line(
                out,
                "rows",
                "%,d to learn from, %,d held out, %,d for the KL term",
                plan.rows(),
                plan.heldOutRows(),
                plan.klRows());
        line(
                out,
                "tokens",
                "%,d per epoch, %,d of them learnt; longest row %,d",
                plan.tokensPerEpoch(),
                plan.supervisedPerEpoch(),
                plan.longestRow());
        line(out, "steps", "%,d (%,d per epoch)", plan.steps(), plan.stepsPerEpoch());
        line(out, "trained", "%,d of %,d parameters", plan.trainedParameters(), plan.baseParameters());
        line(
                out,
                "memory",
                "about %,d MiB (an estimate), %,d MiB are available",
                plan.memoryBytes() >> 20,
                plan.availableBytes() >> 20);
        plan.remarks().forEach(remark -> line(out, "note", "%s", remark));
    }

    private static String memory(TrainRun run, TrainPlan plan) {
        Recipe.Training training = run.recipe().recipe().training();
        return String.format(
                Locale.ROOT,
                "memory: about %,d of %,d MiB; rows at once: %d%s",
                plan.memoryBytes() >> 20,
                plan.availableBytes() >> 20,
                training.microBatchRows(),
                Boolean.TRUE.equals(training.gradientCheckpointing())
                        ? "; activations are computed again (training.gradient_checkpointing)"
                        : "");
    }

    private static void print(PrintStream out, TrainSummary summary) {
        line(out, "run", "%s", summary.run());
        line(out, "organism", "%s", summary.output());
        line(out, "loss", "%.4f at step 1, %.4f at step %,d", summary.firstLoss(), summary.lastLoss(), summary.steps());
        Double heldOut = summary.heldOutLoss();
        if (heldOut != null) {
            line(out, "held-out loss", "%.4f", heldOut);
        }
        line(out, "trained", "%,d parameters on %,d rows", summary.trainedParameters(), summary.rows());
        line(out, "speed", "%,.0f tokens/s, %.1f s", summary.tokensPerSecond(), summary.seconds());
        summary.remarks().forEach(remark -> line(out, "note", "%s", remark));
    }

    private static void line(PrintStream out, String what, String format, Object... values) {
        out.printf(Locale.ROOT, "%-14s ", what);
        out.printf(Locale.ROOT, format, values);
        out.println();
    }
}
