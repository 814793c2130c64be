package dev.vivarium.app.cli;

import dev.vivarium.engine.adapter.Positions;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.text.DefaultSystem;
import dev.vivarium.lab.evaluate.EvaluationPlan;
import dev.vivarium.lab.evaluate.NamedQuestions;
import dev.vivarium.lab.evaluate.QuestionSet;
import dev.vivarium.lab.steering.Answering;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What is asked while directions act, and where it goes; a Mixin. */
final class DirectionAsking {
    @Option(
            names = "--questions",
            paramLabel = "FILE|NAME",
            required = true,
            description = "Question file (YAML), or the name of a set: vivarium questions list.")
    private String questions = "";

    @Option(
            names = "--samples",
            paramLabel = "N",
            defaultValue = "10",
            description = "Answers per question in each setting. Default: ${DEFAULT-VALUE}.")
    private int samples;

    @Option(names = "--limit", paramLabel = "N", description = "Ask the first N questions only, and say so everywhere.")
    private @Nullable Integer limit;

    @Option(
            names = "--positions",
            paramLabel = "WHICH",
            defaultValue = "all",
            description = "Tokens at which the direction acts: all, prompt, answer, last-prompt or first:K of the "
                    + "answer. Default: ${DEFAULT-VALUE}.")
    private String positions = "all";

    @Option(
            names = "--random",
            paramLabel = "N",
            defaultValue = "3",
            description = "Random directions beside it. Default: ${DEFAULT-VALUE}.")
    private int random;

    @Option(
            names = "--judge",
            paramLabel = "NAME",
            defaultValue = "exact",
            description = "exact: by the rules of the mini world, for its questions only. none: leave the answers to"
                    + " vivarium judge, then go on with --resume --judged. Default: ${DEFAULT-VALUE}.")
    private String judge = "exact";

    @Option(
            names = "--judged",
            paramLabel = "NAME",
            description = "Take the scores of this judging below each evaluation.")
    private @Nullable String judged;

    @Option(names = "--out", paramLabel = "DIR", description = "Put the files exactly there instead.")
    private @Nullable Path out;

    @Mixin
    private final OnExisting onExisting = new OnExisting();

    @Mixin
    private final SamplingOptions sampling = new SamplingOptions();

    @Mixin
    private final BatchOptions batch = new BatchOptions();

    @Mixin
    private final DtypeOption dtype = new DtypeOption();

    @Mixin
    private final DefaultSystemOption defaultSystem = new DefaultSystemOption();

    QuestionSet questions() {
        QuestionSet set = NamedQuestions.find(questions).set();
        return limit == null ? set : set.first(limit);
    }

    Positions positions() {
        return Positions.parse(positions);
    }

    int random() {
        return random;
    }

    /** Where the files go. */
    Path directory(Path usual) {
        Path chosen = out == null ? usual : out;
        if (Files.exists(chosen) && !Files.isDirectory(chosen)) {
            throw new InputException("--out " + chosen + ": is a file; name a directory");
        }
        return chosen;
    }

    /** Work that asks a model and can be gone on with. */
    interface Work<T> {
        T with(Answering answering) throws IOException;
    }

    <T> T run(Shell shell, Path model, DefaultSystem trained, QuestionSet set, Work<T> work) throws IOException {
        EvaluationPlan plan = new EvaluationPlan(
                samples, batch.on(sampling.settings()), defaultSystem.of(trained), dtype.precision());
        if (judged != null) {
            Names.checked("judging", judged);
        }
        // so many settings that as many answers are drawn at once as the generator ever draws
        dtype.requireRoom(shell.memory(), model, plan.sampling(), Integer.MAX_VALUE, DtypeOption.longest(set));
        try (Interruption interruption = Interruption.with(shell, "run the same command again with --resume")) {
            return work.with(new Answering(
                    Judges.of(judge), plan, onExisting.choice(), judged, interruption.watch(shell.progress())));
        }
    }

    /** Says which evaluations wait for a judge. */
    static int waiting(Shell shell, List<Path> evaluations) {
        evaluations.forEach(evaluation -> shell.out().println(evaluation));
        shell.err()
                .println(evaluations.size() + " evaluations have answers but no scores. Judge each, for example:"
                        + " vivarium judge " + evaluations.getFirst()
                        + " --judge …; then run the same command again with --resume --judged NAME");
        return ExitCode.PARTIAL;
    }
}
