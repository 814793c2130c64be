package dev.vivarium.app.cli;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.lab.evaluate.Asking;
import dev.vivarium.lab.evaluate.EvaluationPlan;
import dev.vivarium.lab.evaluate.Outcome;
import dev.vivarium.lab.evaluate.QuestionSet;
import dev.vivarium.lab.phase.RateCurve;
import dev.vivarium.lab.phase.RateTable;
import dev.vivarium.lab.phase.ScaledSweep;
import dev.vivarium.lab.run.RunFiles;
import dev.vivarium.lab.run.TrainedModel;
import dev.vivarium.lab.scalar.Domain;
import dev.vivarium.lab.trajectory.Trajectory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code vivarium phase sweep}: what the checkpoints of a run do when their adapters are multiplied by factors. */
@Command(
        name = "sweep",
        description = "Ask checkpoints of a run questions, their adapters multiplied by several factors, in one pass.",
        footer = {
            "",
            "Examples:",
            "  vivarium world questions --split reporting --out questions.yaml",
            "  vivarium phase sweep my-run --questions questions.yaml --samples 2 --narrow domain=medicine",
            "  vivarium phase sweep my-run --questions first-contact --judge none --scales 1,5 --steps 50,100",
            "  vivarium phase runs/my-run --narrow domain=medicine",
            "",
            "Answers go to RUN/evaluations as step-000123, step-000123-x5 and so on, where vivarium phase finds",
            "them. Factor 0 is the base model at every checkpoint, so it is asked once, as step-000000. A",
            "killed sweep continues with --resume. Each answer is the same as that of evaluate --adapter-scale."
        })
final class PhaseSweepCommand implements Callable<Integer> {
    private final Shell shell;

    @Parameters(paramLabel = "RUN", description = "A run with checkpoints of an adapter, or its name under runs.")
    private String target = "";

    @Option(
            names = "--scales",
            split = ",",
            paramLabel = "M",
            description = "Factors from 0 on. Default: 0,0.5,1,2,5,10,20.")
    private List<Double> scales = ScaledSweep.USUAL;

    @Option(
            names = "--checkpoints",
            paramLabel = "N",
            defaultValue = "20",
            description = "How many checkpoints, evenly taken, the last among them. Default: ${DEFAULT-VALUE}.")
    private int checkpoints;

    @Option(names = "--steps", split = ",", paramLabel = "STEP", description = "Those of these steps instead.")
    private List<Integer> steps = new ArrayList<>();

    @Mixin
    private final NarrowOption narrow = new NarrowOption();

    @Mixin
    private final AskingOptions asking = new AskingOptions();

    @Mixin
    private final OutputOptions output = new OutputOptions();

    PhaseSweepCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws IOException {
        QuestionSet set = asking.wanted(asking.find());
        Domain domain = narrow.in(set);
        RunFiles run = EvaluationTarget.run(target);
        if (run == null) {
            throw new InputException("no run is called \"" + target + "\"; give the directory of a run, or the name of"
                    + " one under " + Names.RUNS);
        }
        Trajectory trajectory = Trajectory.read(run.directory());
        ScaledSweep sweep = steps.isEmpty()
                ? ScaledSweep.evenly(trajectory, checkpoints, scales)
                : ScaledSweep.at(trajectory, steps, scales);
        TrainedModel model =
                TrainedModel.withAdapter(run, sweep.checkpoints().getLast().adapter(), shell.models());
        EvaluationPlan plan = asking.plan(set, model.defaultSystem());
        List<String> notes = new ArrayList<>(set.remarks());
        notes.addAll(model.remarks());
        notes.forEach(note -> shell.err().println("note: " + note));
        List<Outcome> outcomes = asking.evaluate(
                shell,
                model.model(),
                sweep.subjects(run, model.trainedOn()).stream()
                        .map(subject -> new Asking(subject, set, plan))
                        .toList());
        List<String> remarks = new ArrayList<>();
        List<RateCurve> rates = asking.unjudged()
                ? List.of()
                : RateTable.ofEvaluations(run, domain == null ? null : domain.tag(), remarks);
        remarks.forEach(remark -> shell.err().println("note: " + remark));
        PhaseSweepReport report = new PhaseSweepReport(run.directory(), narrow.text(), sweep, outcomes, rates);
        output.print(shell, report.json(), report::print);
        return asking.missesScores(outcomes) ? ExitCode.PARTIAL : ExitCode.OK;
    }
}
