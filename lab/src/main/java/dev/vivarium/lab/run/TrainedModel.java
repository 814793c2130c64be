package dev.vivarium.lab.run;

import dev.vivarium.engine.adapter.AdapterFiles;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.model.ModelDirectory;
import dev.vivarium.engine.text.DefaultSystem;
import dev.vivarium.lab.hub.ModelFinder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a run left to be loaded: a base model with an adapter, or a whole model.
 *
 * @param model a Hugging Face model directory
 * @param adapter the adapter to put on it; null after full fine-tuning
 * @param trainedOn SHA-256 by file name of the base model the adapter was trained on; empty after full fine-tuning
 * @param defaultSystem what training did with the chat template's own system turn
 */
public record TrainedModel(
        Path model, @Nullable Path adapter, Map<String, String> trainedOn, DefaultSystem defaultSystem) {
    /** A model of the user's, with or without an adapter whose training is not known. */
    public TrainedModel(Path model, @Nullable Path adapter) {
        this(model, adapter, Map.of(), DefaultSystem.KEEP);
    }

    /**
     * The organism of a finished run.
     *
     * @throws InputException if the run is not finished or its base model is not where it was
     */
    public static TrainedModel of(RunFiles run, ModelFinder models) throws IOException {
        Recipe recipe = run.readRecipe().recipe();
        boolean full = recipe.method() == Recipe.Method.FULL;
        Path output = full ? run.model() : run.adapter();
        if (!Files.isDirectory(output)) {
            throw unfinished(run, full);
        }
        return full
                ? new TrainedModel(output, null, Map.of(), recipe.chat().defaultSystem())
                : withAdapter(run, output, models);
    }

    /** Another adapter of the same run, such as a checkpoint, on the run's base model. */
    public static TrainedModel withAdapter(RunFiles run, Path adapter, ModelFinder models) throws IOException {
        Provenance.Base base = run.readProvenance().base();
        DefaultSystem trained = run.readRecipe().recipe().chat().defaultSystem();
        try {
            return new TrainedModel(models.find(base.exactly()).directory(), adapter, base.files(), trained);
        } catch (InputException e) {
            throw new InputException(
                    "the base of " + run.directory() + " is not there any more: " + e.getMessage()
                            + ", or say where it is: vivarium evaluate MODEL --adapter " + adapter,
                    e);
        }
    }

    /**
     * What of its files is not used, in plain sentences.
     *
     * @throws InputException if a file is missing or malformed
     */
    public List<String> remarks() {
        ModelDirectory base = ModelDirectory.open(model);
        List<String> remarks = new ArrayList<>(base.remarks());
        if (adapter != null) {
            remarks.addAll(AdapterFiles.remarks(adapter, base.config()));
        }
        return remarks;
    }

    private static InputException unfinished(RunFiles run, boolean full) throws IOException {
        List<Path> checkpoints = run.listCheckpoints();
        String meanwhile = full || checkpoints.isEmpty()
                ? ""
                : ", or evaluate a checkpoint with --adapter " + checkpoints.getLast();
        Path name = run.directory().toAbsolutePath().normalize().getFileName();
        return new InputException(run.directory() + ": is not trained to its end, so it has no "
                + (full ? "model" : "adapter") + " yet; continue it with: vivarium train --resume --name " + name
                + meanwhile);
    }
}
