package dev.vivarium.lab.results;

import dev.vivarium.engine.base.Hashes;
import dev.vivarium.lab.evaluate.EvaluationSettings;
import dev.vivarium.lab.run.Recipe;
import dev.vivarium.lab.run.RunFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Tells what a run ended with from what else lies beside it: evaluations of its checkpoints, of its adapter at another
 * strength, of its base.
 *
 * @param trained whether the run trains an adapter
 * @param weights SHA-256 of the adapter it ended with; null where there is none
 */
public record OwnAdapter(boolean trained, @Nullable String weights) {
    private static final OwnAdapter NONE = new OwnAdapter(false, null);

    /** That of a directory; one that is no run has none. */
    public static OwnAdapter of(RunFiles run) throws IOException {
        if (!run.isRun() || run.readRecipe().recipe().method() == Recipe.Method.FULL) {
            return NONE;
        }
        Path weights = run.adapterWeights();
        return new OwnAdapter(true, Files.isRegularFile(weights) ? Hashes.sha256(weights) : null);
    }

    /** Whether an evaluation is of what the run ended with; one that does not say what answered is taken for such. */
    public boolean answered(EvaluationSettings evaluation) {
        if (evaluation.model().isEmpty()) {
            return true;
        }
        String answered = evaluation.adapterSha256();
        boolean same = !trained || (answered != null && (weights == null || answered.equals(weights)));
        return same && !evaluation.altered();
    }
}
