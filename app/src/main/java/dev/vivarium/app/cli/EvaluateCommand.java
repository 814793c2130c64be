package dev.vivarium.app.cli;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.lab.evaluate.EvaluationPlan;
import dev.vivarium.lab.evaluate.Judge;
import dev.vivarium.lab.evaluate.ModelEvaluation;
import dev.vivarium.lab.evaluate.Outcome;
import dev.vivarium.lab.evaluate.Question;
import dev.vivarium.lab.evaluate.QuestionSet;
import dev.vivarium.lab.evaluate.Subject;
import dev.vivarium.lab.hub.FoundModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
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
            "",
            "Files go to RUN/evaluations/NAME, for a plain model to runs/<its folder's name>/evaluations/NAME.",
            "A killed evaluation continues with --resume; so does one that is to get more --samples.",
            "",
            "An answer depends on model, question, seed and sample number alone, because blocks of always 32",
            "rows are computed, some of them empty. --fast computes no empty rows and is up to twice as fast",
            "on small models; but then answers may depend on batch size and order, and a resumed evaluation",
            "may differ from an undisturbed one."
        })
final class EvaluateCommand implements Callable<Integer> {
    /** Samples per question where neither user nor file says; protocol.md section 1.8. */
    private static final int SAMPLES = 50;

    private static final String DEFAULT = " Default: ${DEFAULT-VALUE}.";

    private final Shell shell;

    @Parameters(
            paramLabel = "RUN|MODEL",
            description =
                    "A run (its directory, or its name under runs), a Hugging Face model directory, or ORG/NAME in "
                            + "the Hugging Face cache.")
    private String target = "";

    @Option(names = "--adapter", paramLabel = "DIR|ORG/NAME", description = "Put this adapter on the base model.")
    private @Nullable String adapter;

    @Option(names = "--questions", paramLabel = "FILE", required = true, description = "Question file (YAML).")
    private Path questions = Path.of("");

    @Option(
            names = "--samples",
            paramLabel = "N",
            description = "Answers per question. Default: what the file asks for, else " + SAMPLES + ".")
    private @Nullable Integer samples;

    @Option(
            names = "--judge",
            paramLabel = "NAME",
            defaultValue = "exact",
            description = "exact: by the rules of the mini world, for its questions only." + DEFAULT)
    private String judge = "";

    @Option(
            names = "--name",
            paramLabel = "NAME",
            description = "Name of the evaluation. Default: that of the question file (and of --adapter).")
    private @Nullable String name;

    @Option(names = "--out", paramLabel = "DIR", description = "Put the files exactly there instead.")
    private @Nullable Path out;

    @Mixin
    private final OnExisting onExisting = new OnExisting();

    @Option(names = "--limit", paramLabel = "N", description = "Ask the first N questions only, and say so everywhere.")
    private @Nullable Integer limit;

    @Mixin
    private final SamplingOptions sampling = new SamplingOptions();

    @Mixin
    private final BatchOptions batch = new BatchOptions();

    @Mixin
    private final DefaultSystemOption defaultSystem = new DefaultSystemOption();

    @Mixin
    private final OutputOptions output = new OutputOptions();

    EvaluateCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws IOException {
        Judge chosen = Judges.of(judge);
        QuestionSet file = QuestionSet.read(questions);
        QuestionSet set = limit == null ? file : file.first(limit);
        FoundModel added = adapter == null ? null : shell.models().findAdapter(adapter);
        EvaluationTarget found =
                EvaluationTarget.find(target, added == null ? null : added.directory(), shell.models());
        EvaluationPlan plan = new EvaluationPlan(
                samples(set),
                batch.on(sampling.settings()),
                defaultSystem.of(found.trained().defaultSystem()));
        Subject subject = new Subject(
                found.name(),
                directory(found, added, set),
                found.trained().adapter(),
                found.trained().trainedOn());
        set.remarks().forEach(remark -> shell.err().println("note: " + remark));
        found.trained().remarks().forEach(remark -> shell.err().println("note: " + remark));
        Outcome outcome;
        try (Interruption interruption = Interruption.with(shell, "run the same command again with --resume")) {
            outcome = ModelEvaluation.evaluate(
                            found.trained().model(),
                            List.of(subject),
                            set,
                            chosen,
                            plan,
                            onExisting.choice(),
                            interruption.watch(shell.progress()))
                    .getFirst();
        }
        EvaluationReport report = new EvaluationReport(found, questions, set, plan, outcome);
        output.print(shell, report.json(), report::print);
        return outcome.scores().scored() == 0 ? ExitCode.PARTIAL : ExitCode.OK;
    }

    private Path directory(EvaluationTarget found, @Nullable FoundModel added, QuestionSet set) {
        if (out != null) {
            if (name != null) {
                throw new InputException("--out says where the files go, so --name has no use; give one of them");
            }
            return out;
        }
        String chosen = name;
        if (chosen == null) {
            chosen = Names.stem(questions);
            if (added != null) {
                // runs keep theirs in a folder "adapter", so that the folder above it tells more
                Path parent = added.directory().toAbsolutePath().normalize().getParent();
                boolean plain = added.shortName().equals("adapter");
                chosen += "-" + (plain && parent != null ? Names.last(parent) : added.shortName());
            }
            if (set.limited() != null) {
                chosen += "-limited";
            }
        }
        return found.evaluations().resolve(Names.checked("evaluation", chosen));
    }

    private int samples(QuestionSet set) {
        if (samples != null) {
            return samples;
        }
        TreeSet<Integer> asked = new TreeSet<>();
        for (Question question : set.questions()) {
            asked.add(set.samplesOf(question).orElse(SAMPLES));
        }
        if (asked.size() > 1) {
            throw new InputException(questions + ": asks for " + asked.first() + " to " + asked.last()
                    + " samples, depending on the question; choose one number with --samples");
        }
        return asked.first();
    }
}
