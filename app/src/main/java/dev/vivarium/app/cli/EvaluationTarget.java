package dev.vivarium.app.cli;

import dev.vivarium.engine.adapter.AdapterFiles;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Nearest;
import dev.vivarium.lab.run.RunFiles;
import dev.vivarium.lab.run.TrainedModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
     * Finds a run directory, a model directory, or a run of that name under {@code runs}.
     *
     * @param adapter put on the base instead of the run's own, if given
     */
    static EvaluationTarget find(String word, @Nullable Path adapter) throws IOException {
        Path path = Path.of(word);
        Path named = Path.of(Names.RUNS).resolve(word);
        for (Path place : List.of(path, named)) {
            if (new RunFiles(place).isRun()) {
                return ofRun(RunFiles.open(place), adapter);
            }
        }
        if (Files.isRegularFile(path.resolve(CONFIG))) {
            Path evaluations = new RunFiles(Path.of(Names.RUNS, Names.last(path))).evaluations();
            return new EvaluationTarget(
                    Names.last(path), new TrainedModel(path, adapter, Map.of()), evaluations, false);
        }
        if (AdapterFiles.isAdapter(path)) {
            throw new InputException(
                    path + ": is an adapter; name the model below it too: vivarium evaluate MODEL --adapter " + path);
        }
        if (Files.isDirectory(path)) {
            throw new InputException(
                    path + ": is neither a run nor a model; a run has provenance.json, a model " + CONFIG);
        }
        throw new InputException("no run and no model directory is called \"" + word + "\"" + Nearest.hint(word, runs())
                + "; give a directory, or the name of a run under " + Names.RUNS);
    }

    private static EvaluationTarget ofRun(RunFiles run, @Nullable Path adapter) throws IOException {
        TrainedModel trained = adapter == null ? TrainedModel.of(run) : TrainedModel.withAdapter(run, adapter);
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
