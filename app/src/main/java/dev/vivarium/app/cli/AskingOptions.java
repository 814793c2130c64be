package dev.vivarium.app.cli;

import dev.vivarium.engine.text.DefaultSystem;
import dev.vivarium.lab.evaluate.Asking;
import dev.vivarium.lab.evaluate.EvaluationPlan;
import dev.vivarium.lab.evaluate.Judge;
import dev.vivarium.lab.evaluate.ModelEvaluation;
import dev.vivarium.lab.evaluate.NamedQuestions;
import dev.vivarium.lab.evaluate.Outcome;
import dev.vivarium.lab.evaluate.QuestionSet;
import dev.vivarium.lab.run.Existing;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What a model is asked, how, and by whom its answers are judged: of all commands that evaluate; a Mixin. */
final class AskingOptions {
    private static final String DEFAULT = " Default: ${DEFAULT-VALUE}.";

    @Option(
            names = "--questions",
            paramLabel = "FILE|NAME",
            required = true,
            description = "Question file (YAML), or the name of a set: vivarium questions list.")
    private String questions = "";

    @Option(names = "--limit", paramLabel = "N", description = "Ask the first N questions only, and say so everywhere.")
    private @Nullable Integer limit;

    @Mixin
    private final SamplesOption samples = new SamplesOption();

    @Option(
            names = "--judge",
            paramLabel = "NAME",
            defaultValue = "exact",
            description = "exact: by the rules of the mini world, for its questions only. none: leave the answers to"
                    + " vivarium judge." + DEFAULT)
    private String judge = "";

    @Mixin
    private final OnExisting onExisting = new OnExisting();

    @Mixin
    private final SamplingOptions sampling = new SamplingOptions();

    @Mixin
    private final BatchOptions batch = new BatchOptions();

    @Mixin
    private final ComputeOptions computing = new ComputeOptions();

    @Mixin
    private final DefaultSystemOption defaultSystem = new DefaultSystemOption();

    /** What the user called the questions. */
    String questions() {
        return questions;
    }

    /** All questions, under the name that an evaluation of them gets. */
    NamedQuestions find() {
        return NamedQuestions.find(questions);
    }

    /** As many of them as are wanted. */
    QuestionSet wanted(NamedQuestions found) {
        return limit == null ? found.set() : found.set().first(limit);
    }

    /** @param trained what the model was trained with */
    EvaluationPlan plan(QuestionSet set, DefaultSystem trained) {
        return new EvaluationPlan(
                samples.of(set, questions),
                batch.on(sampling.settings()),
                defaultSystem.of(trained),
                computing.compute());
    }

    /** Asks and judges, in one pass, if there is room for the model. */
    List<Outcome> evaluate(Shell shell, Path model, List<Asking> askings) throws IOException {
        Judge chosen = judge();
        computing.requireRoom(shell.memory(), model, askings);
        try (Interruption interruption = Interruption.with(shell, "run the same command again with --resume")) {
            return ModelEvaluation.evaluate(model, askings, chosen, existing(), interruption.watch(shell.progress()));
        }
    }

    /** The judge that answers go to. */
    Judge judge() {
        return Judges.of(judge);
    }

    /** What becomes of answers that are there. */
    Existing existing() {
        return onExisting.choice();
    }

    /** Refuses a model that will not fit while as many answers are drawn at once as ever are. */
    void requireRoom(Shell shell, Path model, QuestionSet set, EvaluationPlan plan) {
        computing.requireRoom(shell.memory(), model, plan.sampling(), Integer.MAX_VALUE, ComputeOptions.longest(set));
    }

    /** Whether the answers are left to {@code vivarium judge}. */
    boolean unjudged() {
        return judge.equals(Judges.NONE);
    }

    /** Whether some subject has no score at all, though they were to be judged. */
    boolean missesScores(List<Outcome> outcomes) {
        return !unjudged()
                && outcomes.stream().anyMatch(outcome -> outcome.scores().scored() == 0);
    }
}
