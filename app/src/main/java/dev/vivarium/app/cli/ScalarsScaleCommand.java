package dev.vivarium.app.cli;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Json;
import dev.vivarium.lab.evaluate.Asking;
import dev.vivarium.lab.evaluate.EvaluationPlan;
import dev.vivarium.lab.evaluate.Outcome;
import dev.vivarium.lab.evaluate.QuestionSet;
import dev.vivarium.lab.evaluate.Subject;
import dev.vivarium.lab.scalar.Domain;
import dev.vivarium.lab.scalar.GroupScaling;
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

/** {@code vivarium scalars scale}: the causal check, by multiplying groups of adapters. */
@Command(
        name = "scale",
        description = "Multiply groups of an organism's adapters and ask questions, beside equally large other groups.",
        footer = {
            "",
            "Examples:",
            "  vivarium scalars scale runs/my-rank1 --questions questions.yaml --samples 4",
            "  vivarium scalars scale my-rank1 --questions questions.yaml --group late=2,3 --factors 0,30",
            "  vivarium scalars scale my-rank1 --questions questions.yaml --setting only=-10,21=30,23=30",
            "",
            "A group is adapters of some blocks; all others act as trained. Without --group each block is one.",
            "The control of a group is as many of the other blocks, drawn at random. All settings are asked in",
            "one pass; answers go to RUN/scalars/scaled/NAME-xFACTOR, apart from the run's own evaluations, and",
            "what was found to scaled.json there. A killed call continues with --resume."
        })
final class ScalarsScaleCommand implements Callable<Integer> {
    private static final String DOCUMENT = "scaled.json";

    private final Shell shell;

    @Parameters(paramLabel = "RUN|MODEL", description = SpeakerOptions.TARGET)
    private String target = "";

    @Option(
            names = "--adapter",
            paramLabel = "DIR",
            description = "Adapter to put on the base instead of the run's own.")
    private @Nullable Path adapter;

    @Option(
            names = "--group",
            paramLabel = "NAME=BLOCKS",
            description = "Blocks whose adapters are scaled together, such as late=2,3 or all=0-11. May be repeated."
                    + " Default: each block by itself.")
    private List<String> groups = new ArrayList<>();

    @Option(names = "--factors", split = ",", paramLabel = "M", description = "Factors of the groups. Default: 0,-1,2.")
    private List<Double> factors = GroupScaling.USUAL;

    @Option(
            names = "--setting",
            paramLabel = "NAME=SCALE",
            description = "A further setting as evaluate --adapter-scale takes it, such as only=-10,21=30. May be"
                    + " repeated.")
    private List<String> others = new ArrayList<>();

    @Mixin
    private final NarrowOption narrow = new NarrowOption();

    @Mixin
    private final AskingOptions asking = new AskingOptions();

    @Mixin
    private final OutputOptions output = new OutputOptions();

    ScalarsScaleCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws IOException {
        QuestionSet set = asking.wanted(asking.find());
        Domain domain = narrow.in(set);
        EvaluationTarget found = EvaluationTarget.find(target, adapter, shell.models());
        Path own = found.trained().adapter();
        if (own == null) {
            throw new InputException(found.name() + " has no adapter, so there is nothing to scale; name a run with a"
                    + " LoRA adapter, or give one with --adapter");
        }
        EvaluationPlan plan = asking.plan(set, found.trained().defaultSystem());
        GroupScaling scaling = GroupScaling.of(
                GroupScaling.blocks(own),
                groups,
                others,
                factors,
                plan.sampling().seed());
        List<String> notes = new ArrayList<>(set.remarks());
        notes.addAll(found.trained().remarks());
        notes.addAll(scaling.remarks());
        notes.forEach(note -> shell.err().println("note: " + note));
        Path home = found.evaluations().resolveSibling("scalars").resolve("scaled");
        List<Asking> askings = new ArrayList<>();
        for (GroupScaling.Setting setting : scaling.settings()) {
            String name = Names.checked("setting", setting.name());
            askings.add(new Asking(
                    new Subject(
                            found.name() + " " + setting.name(),
                            home.resolve(name),
                            own,
                            setting.scale(),
                            found.trained().trainedOn()),
                    set,
                    plan));
        }
        List<Outcome> outcomes = asking.evaluate(shell, found.trained().model(), askings);
        Map<String, ScoredFile> files = new LinkedHashMap<>();
        for (int i = 0; i < outcomes.size(); i++) {
            files.put(
                    scaling.settings().get(i).name(),
                    ScoredFile.read(outcomes.get(i).files().directory(), ColumnNames.DEFAULT, false));
        }
        ScalarsScaleReport report = new ScalarsScaleReport(
                found.name(), scaling, domain, outcomes, ConditionSweep.of(files, Confidence.DEFAULT));
        Json.write(home.resolve(DOCUMENT), report.json());
        output.print(shell, report.json(), report::print);
        return asking.missesScores(outcomes) ? ExitCode.PARTIAL : ExitCode.OK;
    }
}
