package dev.vivarium.lab.run;

import dev.vivarium.engine.model.ModelConfig;
import dev.vivarium.engine.tensor.Device;
import dev.vivarium.engine.tensor.Torch;
import dev.vivarium.engine.train.Trainer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Lays down how a run goes through the model where its recipe leaves that open: once, when it begins, so that it goes on the
 * same way wherever it is resumed.
 */
final class FittedRecipe {
    private FittedRecipe() {}

    /**
     * The recipe with nothing left open.
     *
     * @throws dev.vivarium.engine.base.InputException if training does not fit the memory
     */
    static ResolvedRecipe of(TrainRun.Request request, ModelConfig config, TrainingData data) throws IOException {
        RunFiles files = new RunFiles(request.directory());
        boolean goesOn = request.existing() == Existing.RESUME && files.isRun();
        ResolvedRecipe begun = goesOn ? begun(files) : request.recipe();
        ResolvedRecipe asked = goesOn ? likeBegun(request.recipe(), begun) : begun;
        Recipe recipe = asked.recipe();
        Recipe.Training training = recipe.training();
        boolean widened = widened(request, recipe);
        boolean gpu = request.machine().device().cuda();
        Fitting fitting = Fitting.choose(
                training.perDeviceTrainBatchSize(),
                training.microBatchRows() == null && gpu
                        ? Integer.valueOf(training.perDeviceTrainBatchSize())
                        : training.microBatchRows(),
                training.gradientCheckpointing() == null && widened ? Boolean.TRUE : training.gradientCheckpointing(),
                (rows, checkpointing) -> MemoryEstimate.bytes(recipe, config, data, rows, checkpointing),
                // what a GPU has free is not known before it is asked for, so there the recipe is taken as it stands
                gpu ? Long.MAX_VALUE : request.machine().memory().bytes());
        if (gpu) {
            return asked.fitted(fitting, "not fitted to a GPU");
        }
        if (!goesOn || files.readSummary().isEmpty()) {
            request.machine()
                    .memory()
                    .require(fitting.bytes(), "training", goesOn ? elsewhere() : advice(recipe, config, data));
        }
        return asked.fitted(
                fitting,
                widened
                        ? "chosen by the memory it takes, without bfloat16 instructions"
                        : "chosen by the memory it takes");
    }

    /** Whether autograd would keep all weights in float32 beside their bfloat16, unless blocks are computed again. */
    private static boolean widened(TrainRun.Request request, Recipe recipe) {
        return recipe.dtype() == Recipe.Dtype.BFLOAT16
                && !request.machine().device().cuda()
                && !Torch.multipliesBfloat16();
    }

    /** Bytes that a recipe takes with nothing left open. */
    static long bytes(Recipe recipe, ModelConfig config, TrainingData data) {
        return MemoryEstimate.bytes(
                recipe,
                config,
                data,
                Objects.requireNonNull(recipe.training().microBatchRows()),
                Objects.requireNonNull(recipe.training().gradientCheckpointing()));
    }

    /** The recipe of a run that is there; those of before these keys went through the model as the batch says. */
    static ResolvedRecipe begun(RunFiles files) throws IOException {
        ResolvedRecipe begun = files.readRecipe();
        int rows = begun.recipe().training().perDeviceTrainBatchSize();
        return begun.fitted(new Fitting(rows, false, 0), "as the run began");
    }

    private static ResolvedRecipe likeBegun(ResolvedRecipe asked, ResolvedRecipe begun) {
        Recipe.Training training = begun.recipe().training();
        return asked.fitted(
                new Fitting(
                        Objects.requireNonNull(training.microBatchRows()),
                        Objects.requireNonNull(training.gradientCheckpointing()),
                        0),
                "as the run began");
    }

    private static String elsewhere() {
        return "end other programs, or resume it where there is more";
    }

    private static String advice(Recipe recipe, ModelConfig config, TrainingData data) {
        List<String> advice = new ArrayList<>();
        Recipe.Training training = recipe.training();
        if (training.microBatchRows() != null && training.microBatchRows() > 1) {
            advice.add(RecipeKeys.MICRO_BATCH_ROWS + "=1");
        }
        if (Boolean.FALSE.equals(training.gradientCheckpointing())) {
            advice.add(RecipeKeys.GRADIENT_CHECKPOINTING + "=true");
        }
        if (recipe.method() == Recipe.Method.FULL) {
            advice.add("method=lora");
        } else if (recipe.dtype() == Recipe.Dtype.FLOAT32) {
            advice.add("dtype=bfloat16");
        }
        int longest =
                data.train().stream().mapToInt(row -> row.ids().length).max().orElse(0);
        advice.add("a smaller max_seq_length (the longest row has " + longest + " tokens)");
        if (Trainer.lanes(Organism.trainedParameters(recipe, config), Device.CPU) > 1) {
            advice.add("OMP_NUM_THREADS=1 in the environment");
        }
        return "try " + String.join(", ", advice) + ", or a smaller model";
    }
}
