package dev.vivarium.app.cli;

import dev.vivarium.engine.base.Progress;
import dev.vivarium.lab.hub.HubCache;
import dev.vivarium.lab.hub.ModelFinder;
import dev.vivarium.lab.run.Existing;
import dev.vivarium.lab.run.InterventionReader;
import dev.vivarium.lab.run.Machine;
import dev.vivarium.lab.run.ResolvedRecipe;
import dev.vivarium.lab.run.TrainRun;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Runs of a few steps on the tiny model, in the test process. */
final class TinyOrganism {
    private TinyOrganism() {}

    /** Trains and returns the directory of the run, {@code folder/name}. */
    static Path train(Path folder, String name, String preset, Path model, String... more) throws IOException {
        String[] words = Words.of(
                List.of(
                        "model=" + model,
                        "data.train=" + TinyModel.data(folder, 8),
                        "training.max_steps=3",
                        "training.warmup_steps=0",
                        "checkpoints.every=2"),
                more);
        ResolvedRecipe recipe = ResolvedRecipe.resolve(null, preset, List.of(words));
        Path run = folder.resolve(name);
        ModelFinder models = new ModelFinder(new HubCache(folder.resolve("no-cache")));
        TrainRun.prepare(new TrainRun.Request(
                        recipe, run, Existing.REFUSE, models, InterventionReader.NONE, "test", Machine.ofSystem()))
                .run(Progress.SILENT);
        return run;
    }
}
