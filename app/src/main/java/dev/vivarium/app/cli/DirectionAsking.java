package dev.vivarium.app.cli;

import dev.vivarium.engine.adapter.Positions;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.text.DefaultSystem;
import dev.vivarium.lab.evaluate.EvaluationPlan;
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
            names = "--judged",
            paramLabel = "NAME",
            description = "Take the scores of this judging below each evaluation, after --judge none.")
    private @Nullable String judged;

    @Option(names = "--out", paramLabel = "DIR", description = "Put the files exactly there instead.")
    private @Nullable Path out;

    @Mixin
    private final AskingOptions asking = new AskingOptions();

    QuestionSet questions(Shell shell) {
        QuestionSet set = asking.wanted(asking.find());
        set.remarks().forEach(remark -> shell.err().println("note: " + remark));
        return set;
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
        EvaluationPlan plan = asking.plan(set, trained);
        if (judged != null) {
            Names.checked("judging", judged);
        }
        asking.requireRoom(shell, model, set, plan);
        try (Interruption interruption = Interruption.with(shell, "run the same command again with --resume")) {
            return work.with(new Answering(
                    asking.judge(), plan, asking.existing(), judged, interruption.watch(shell.progress())));
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
