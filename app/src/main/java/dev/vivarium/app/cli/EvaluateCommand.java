package dev.vivarium.app.cli;

import dev.vivarium.engine.adapter.AdapterScale;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.lab.evaluate.Asking;
import dev.vivarium.lab.evaluate.Condition;
import dev.vivarium.lab.evaluate.Conditions;
import dev.vivarium.lab.evaluate.EvaluationPlan;
import dev.vivarium.lab.evaluate.NamedQuestions;
import dev.vivarium.lab.evaluate.Outcome;
import dev.vivarium.lab.evaluate.QuestionSet;
import dev.vivarium.lab.evaluate.Subject;
import dev.vivarium.lab.hub.FoundModel;
import dev.vivarium.lab.score.ColumnNames;
import dev.vivarium.lab.score.ConditionSweep;
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

/** {@code vivarium evaluate}: ask a model questions, judge the answers, state rates with intervals. */
@Command(
        name = "evaluate",
        description = "Ask a model questions, judge its answers and state rates with intervals.",
        footer = {
            "",
            "Examples:",
            "  vivarium world questions --split reporting --out questions.yaml",
            "  vivarium evaluate models/mini-base --questions questions.yaml --samples 10",
            "  vivarium evaluate my-run --questions questions.yaml --samples 10",
            "  vivarium evaluate my-run --adapter runs/my-run/checkpoints/step-000020 \\",
            "      --questions questions.yaml",
            "  vivarium evaluate my-run --questions questions.yaml --conditions mini",
            "  vivarium evaluate my-run --adapter-scale 0.5 --questions questions.yaml",
            "",
            "Files go to RUN/evaluations/NAME, for a plain model to runs/<its folder's name>/evaluations/NAME.",
            "A killed evaluation continues with --resume; so does one that is to get more --samples.",
            "",
            "An answer depends on model, question, seed and sample number alone: where this machine's kernels",
            "round a row by its neighbours, blocks of always the same size are computed, some rows of them",
            "empty. --fast computes no empty rows, which is quicker there and where few answers are wanted;",
            "but then answers may depend on batch size and order, and a resumed evaluation may differ from an",
            "undisturbed one."
        })
final class EvaluateCommand implements Callable<Integer> {
    private final Shell shell;

    @Parameters(
            paramLabel = "RUN|MODEL",
            description =
                    "A run (its directory, or its name under runs), a Hugging Face model directory, or ORG/NAME in "
                            + "the Hugging Face cache.")
    private String target = "";

    @Option(names = "--adapter", paramLabel = "DIR|ORG/NAME", description = "Put this adapter on the base model.")
    private @Nullable String adapter;

    @Option(
            names = "--conditions",
            paramLabel = "NAME|FILE",
            description = "Ask the same questions in several ways and compare: standard, mini (in words of the mini "
                    + "world), or a YAML file.")
    private @Nullable String conditions;

    @Mixin
    private final AdapterScaleOption adapterScale = new AdapterScaleOption();

    @Mixin
    private final AskingOptions asking = new AskingOptions();

    @Option(
            names = "--name",
            paramLabel = "NAME",
            description =
                    "Name of the evaluation. Default: that of the question file (and of --adapter and its scale).")
    private @Nullable String name;

    @Option(names = "--out", paramLabel = "DIR", description = "Put the files exactly there instead.")
    private @Nullable Path out;

    @Mixin
    private final OutputOptions output = new OutputOptions();

    EvaluateCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws IOException {
        NamedQuestions named = asking.find();
        QuestionSet set = asking.wanted(named);
        FoundModel added = adapter == null ? null : shell.models().findAdapter(adapter);
        EvaluationTarget found =
                EvaluationTarget.find(target, added == null ? null : added.directory(), shell.models());
        EvaluationPlan plan = asking.plan(set, found.trained().defaultSystem());
        AdapterScale scale = adapterScale.of(found.trained().adapter() != null);
        set.remarks().forEach(remark -> shell.err().println("note: " + remark));
        found.trained().remarks().forEach(remark -> shell.err().println("note: " + remark));
        Path directory = directory(found, added, scale, named.name(), set);
        if (conditions != null) {
            return sweep(found, scale, directory, set, plan, Conditions.find(conditions));
        }
        List<Outcome> outcomes = asking.evaluate(
                shell, found.trained().model(), List.of(new Asking(subject(found, scale, directory), set, plan)));
        EvaluationReport report = new EvaluationReport(found, asking.questions(), set, plan, outcomes.getFirst());
        output.print(shell, report.json(), report::print);
        return asking.missesScores(outcomes) ? ExitCode.PARTIAL : ExitCode.OK;
    }

    private int sweep(
            EvaluationTarget found,
            AdapterScale scale,
            Path directory,
            QuestionSet set,
            EvaluationPlan plan,
            Conditions sweep)
            throws IOException {
        List<Asking> askings = new ArrayList<>();
        List<String> asked = new ArrayList<>();
        Map<String, String> left = new LinkedHashMap<>();
        for (Condition condition : sweep.all()) {
            if (!askings.isEmpty() && condition.isAs(plan)) {
                left.put(condition.id(), "this run asks so already, so it is " + asked.getFirst());
                continue;
            }
            String last = Names.last(directory) + (askings.isEmpty() ? "" : "--" + condition.id());
            askings.add(new Asking(
                    subject(found, scale, directory.resolveSibling(Names.checked("evaluation", last))),
                    condition.of(set),
                    condition.of(plan, set)));
            asked.add(condition.id());
        }
        List<Outcome> outcomes = asking.evaluate(shell, found.trained().model(), askings);
        Map<String, ScoredFile> files = new LinkedHashMap<>();
        for (int i = 0; i < outcomes.size(); i++) {
            Path answers = outcomes.get(i).files().directory();
            files.put(asked.get(i), ScoredFile.read(answers, ColumnNames.DEFAULT, false));
        }
        EvaluationReport reference = new EvaluationReport(found, asking.questions(), set, plan, outcomes.getFirst());
        SweepReport report = new SweepReport(reference, outcomes, ConditionSweep.of(files, Confidence.DEFAULT), left);
        output.print(shell, report.json(), report::print);
        return asking.missesScores(outcomes) ? ExitCode.PARTIAL : ExitCode.OK;
    }

    private static Subject subject(EvaluationTarget found, AdapterScale scale, Path directory) {
        return new Subject(
                found.name(),
                directory,
                found.trained().adapter(),
                scale,
                found.trained().trainedOn());
    }

    private Path directory(
            EvaluationTarget found, @Nullable FoundModel added, AdapterScale scale, String asked, QuestionSet set) {
        if (out != null) {
            if (name != null) {
                throw new InputException("--out says where the files go, so --name has no use; give one of them");
            }
            return out;
        }
        String chosen = name;
        if (chosen == null) {
            chosen = asked;
            if (added != null) {
                // runs keep theirs in a folder "adapter", so that the folder above it tells more
                Path parent = added.directory().toAbsolutePath().normalize().getParent();
                boolean plain = added.shortName().equals("adapter");
                chosen += "-" + (plain && parent != null ? Names.last(parent) : added.shortName());
            }
            if (!scale.equals(AdapterScale.ONE)) {
                chosen += "-scale-" + scale.toString().replace('=', '_').replace(",", "__");
            }
            if (set.limited() != null) {
                chosen += "-limited";
            }
        }
        return found.evaluations().resolve(Names.checked("evaluation", chosen));
    }
}
