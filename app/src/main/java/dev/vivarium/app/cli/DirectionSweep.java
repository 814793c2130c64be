package dev.vivarium.app.cli;

import dev.vivarium.lab.direction.Direction;
import dev.vivarium.lab.direction.DirectionSubject;
import dev.vivarium.lab.evaluate.QuestionSet;
import dev.vivarium.lab.steering.Method;
import dev.vivarium.lab.steering.Sweep;
import dev.vivarium.lab.steering.SweepPlan;
import dev.vivarium.lab.steering.SweepPlan.Goal;
import dev.vivarium.lab.steering.SweepReport;
import dev.vivarium.lab.steering.Tested;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What {@code direction steer} and {@code direction ablate} have in common; a Mixin. */
final class DirectionSweep {
    /** How {@code --layers} is written. */
    static final String LAYERS =
            "Where it acts: 12 (its vector of layer 12, there), 8-15 (each of these by itself), each "
                    + "(each of its layers by itself), 12@all or 12@8-15 (the vector of layer 12 at all or some), own (each layer's "
                    + "own vector at once). Several by commas.";

    /** The goals, spelt as users spell them. */
    enum Choice {
        induce,
        reduce
    }

    @Mixin
    private final DirectionTarget target = new DirectionTarget();

    @Mixin
    private final DirectionAsking asking = new DirectionAsking();

    @Option(
            names = "--goal",
            paramLabel = "induce|reduce",
            description =
                    "What the best setting is chosen for, where 90 %% of the answers stay coherent: the most misaligned ones; or"
                            + " the highest mean alignment, that of the base under the same counting as much. Default:"
                            + " reduce for an organism, induce for a base.")
    private @Nullable Choice goal;

    @Option(
            names = "--unrelated",
            paramLabel = "FILE",
            description =
                    "A meaningful direction that has nothing to do with this one, for control. Default: a contrast "
                            + "of two topics of the questions.")
    private @Nullable Path unrelated;

    @Option(names = "--no-controls", description = "Leave controls out; then nothing shows that the direction matters.")
    private boolean bare;

    @Mixin
    private final OutputOptions output = new OutputOptions();

    int run(Shell shell, String command, Method method, List<Path> files, List<String> layers, List<Double> scales)
            throws IOException {
        Tested tested = Tested.read(files);
        QuestionSet questions = asking.questions(shell);
        DirectionSubject subject = target.find(shell);
        SweepPlan plan = new SweepPlan(
                method,
                layers,
                scales,
                asking.positions(),
                goal(subject),
                !bare,
                asking.random(),
                unrelated == null ? null : Direction.read(unrelated));
        String name = command + "-" + Names.stem(files.getFirst());
        Path directory = asking.directory(target.home(shell).resolve(Names.checked("direction", name)));
        Path model = Objects.requireNonNullElse(subject.grown(), subject.base());
        Sweep.Outcome outcome = asking.run(
                shell,
                model,
                subject.defaultSystem(),
                questions,
                answering -> Sweep.run(subject, tested, plan, questions, answering, directory));
        return switch (outcome) {
            case Sweep.Waiting(List<Path> evaluations) -> DirectionAsking.waiting(shell, evaluations);
            case Sweep.Done(Sweep sweep) -> {
                SweepReport report = new SweepReport(sweep, directory);
                report.write();
                output.print(shell, report.document(), text -> {
                    report.finding().forEach(sentence -> text.println(Figures.inert(sentence)));
                    text.println();
                    new TextTable(report.gridColumns(), report.grid()).print(text);
                    text.println("(tuning half: EM, and in brackets the share of coherent answers)");
                    text.println();
                    new TextTable(SweepReport.TABLE, report.table()).print(text);
                    text.println(
                            "(confirming half; brackets: 95 % intervals for questions like these; changes in points,"
                                    + " against the same model as it is)");
                    text.println(report.page());
                });
                yield ExitCode.OK;
            }
        };
    }

    private Goal goal(DirectionSubject subject) {
        return switch (goal) {
            case induce -> Goal.INDUCE;
            case reduce -> Goal.REDUCE;
            case null -> subject.isOrganism() ? Goal.REDUCE : Goal.INDUCE;
        };
    }
}
