package dev.vivarium.app.cli;

import dev.vivarium.engine.adapter.AdapterFiles;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Nearest;
import dev.vivarium.lab.hub.FoundModel;
import dev.vivarium.lab.hub.ModelFinder;
import dev.vivarium.lab.hub.ModelName;
import dev.vivarium.lab.run.RunFiles;
import dev.vivarium.lab.run.TrainedModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What {@code RUN|MODEL} of the command line stands for.
 *
 * @param name of the run or the model
 * @param trained what to load
 * @param evaluations where its evaluations are kept
 * @param isRun whether it is a run's own organism
 */
record EvaluationTarget(String name, TrainedModel trained, Path evaluations, boolean isRun) {
    private static final String CONFIG = "config.json";

    /**
     * Finds a run directory, a run of that name under {@code runs}, or a model.
     *
     * @param adapter put on the base instead of the run's own, if given
     */
    static EvaluationTarget find(String word, @Nullable Path adapter, ModelFinder models) throws IOException {
        Path path = Path.of(word);
        RunFiles run = run(word);
        if (run != null) {
            return ofRun(run, adapter, models);
        }
        boolean named = !Files.isDirectory(path) && ModelName.parse(word).isPresent();
        if (named || Files.isRegularFile(path.resolve(CONFIG))) {
            FoundModel model = models.find(word);
            Path evaluations = new RunFiles(Path.of(Names.RUNS, model.shortName())).evaluations();
            return new EvaluationTarget(
                    model.shortName(), new TrainedModel(model.directory(), adapter), evaluations, false);
        }
        if (AdapterFiles.isAdapter(path)) {
            throw new InputException(
                    path + ": is an adapter; name the model below it too: vivarium evaluate MODEL --adapter " + path);
        }
        if (Files.isDirectory(path)) {
            throw new InputException(
                    path + ": is neither a run nor a model; a run has provenance.json, a model " + CONFIG);
        }
        throw new InputException("no run and no model directory is called \"" + word + "\"" + hint(word, models)
                + "; give a directory, ORG/NAME of a model in the Hugging Face cache, or the name of a run under "
                + Names.RUNS);
    }

    private static String hint(String word, ModelFinder models) throws IOException {
        String run = Nearest.hint(word, runs());
        return run.isEmpty() ? models.hint(word) : run;
    }

    /** The run that a word names, by its directory or by its name under {@code runs}; null if it names none. */
    static @Nullable RunFiles run(String word) {
        for (Path place : List.of(Path.of(word), Path.of(Names.RUNS).resolve(word))) {
            if (new RunFiles(place).isRun()) {
                return RunFiles.open(place);
            }
        }
        return null;
    }

    private static EvaluationTarget ofRun(RunFiles run, @Nullable Path adapter, ModelFinder models) throws IOException {
        TrainedModel trained =
                adapter == null ? TrainedModel.of(run, models) : TrainedModel.withAdapter(run, adapter, models);
        return new EvaluationTarget(Names.last(run.directory()), trained, run.evaluations(), true);
    }

    private static List<String> runs() throws IOException {
        Path runs = Path.of(Names.RUNS);
        List<String> names = new ArrayList<>();
        if (Files.isDirectory(runs)) {
            try (Stream<Path> children = Files.list(runs)) {
                children.filter(child -> new RunFiles(child).isRun())
                        .map(Names::last)
                        .forEach(names::add);
            }
        }
        return names;
    }
}
