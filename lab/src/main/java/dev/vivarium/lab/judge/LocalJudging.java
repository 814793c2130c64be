package dev.vivarium.lab.judge;

import dev.vivarium.engine.base.Progress;
import dev.vivarium.engine.generate.ChatModel;
import dev.vivarium.engine.model.Compute;
import dev.vivarium.engine.model.ModelDirectory;
import dev.vivarium.lab.run.Existing;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Judging by a model that Vivarium runs itself, without a network.
 *
 * @param plan what is judged by what; its aggregation is {@link Aggregation#ofNumbers}
 * @param model the model
 * @param directory where the files go
 */
public record LocalJudging(JudgingPlan plan, ModelDirectory model, Path directory) {
    /** What replies begin with where nobody says otherwise: small models would begin with words instead of a number. */
    public static final String REPLY_PREFIX = "Rating: ";

    /**
     * Asks what is missing, and writes verdicts of all there is.
     *
     * @throws dev.vivarium.engine.base.InputException if the files belong to another judging, or a prompt does not fit
     */
    public JudgingOutcome run(Existing existing, Progress progress) throws IOException {
        JudgingDirectory.check(directory, existing, plan.identity());
        try (ChatModel loaded = ChatModel.open(model, List.of(), Compute.FLOAT32)) {
            return JudgingRun.run(plan, directory, existing, earlier -> new LocalExaminer(loaded), progress);
        }
    }
}
