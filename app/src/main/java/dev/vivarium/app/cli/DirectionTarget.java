package dev.vivarium.app.cli;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.lab.direction.DirectionSubject;
import dev.vivarium.lab.evaluate.EvaluationFiles;
import dev.vivarium.lab.evaluate.EvaluationSettings;
import dev.vivarium.lab.results.OwnAdapter;
import dev.vivarium.lab.run.RunFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code RUN|MODEL} of the commands that make directions; a Mixin. */
final class DirectionTarget {
    @Parameters(paramLabel = "RUN|MODEL", description = "A run, or a model by its directory or as ORG/NAME.")
    private String word = "";

    @Option(
            names = "--adapter",
            paramLabel = "DIR",
            description = "Adapter to put on the base instead of the run's own.")
    private @Nullable Path adapter;

    DirectionSubject find(Shell shell) throws IOException {
        RunFiles run = EvaluationTarget.run(word);
        if (run == null) {
            EvaluationTarget.find(word, adapter, shell.models()); // says what is wrong with the word
            return DirectionSubject.of(shell.models().find(word), adapter);
        }
        DirectionSubject own = DirectionSubject.of(run, shell.models());
        return adapter == null ? own : own.with(adapter);
    }

    /** The directory of the run; null where a model was named. */
    @Nullable
    Path run() {
        RunFiles run = EvaluationTarget.run(word);
        return run == null ? null : run.directory();
    }

    /** Where its directories of directions are kept. */
    Path home(Shell shell) throws IOException {
        return EvaluationTarget.find(word, adapter, shell.models())
                .evaluations()
                .resolveSibling("directions");
    }

    /**
     * The evaluations of these names or directories; without any, the only one that the run has.
     *
     * @throws InputException if there is none, or there are several to choose from
     */
    List<Path> evaluations(List<String> words) throws IOException {
        RunFiles run = EvaluationTarget.run(word);
        if (!words.isEmpty()) {
            List<Path> named = new ArrayList<>();
            for (String one : words) {
                Path own = run == null ? null : run.evaluations().resolve(one);
                named.add(
                        own != null && !Files.isDirectory(Path.of(one)) && Files.isDirectory(own) ? own : Path.of(one));
            }
            return named;
        }
        List<Path> all = new ArrayList<>();
        if (run != null) {
            OwnAdapter own = OwnAdapter.of(run);
            for (Path directory : run.listEvaluations()) {
                Path settings = new EvaluationFiles(directory).settings();
                if (Files.isRegularFile(settings) && own.answered(EvaluationSettings.read(settings))) {
                    all.add(directory);
                }
            }
        }
        if (all.size() != 1) {
            throw new InputException(word + ": has " + (all.isEmpty() ? "no evaluation" : all.size() + " evaluations")
                    + "; name "
                    + (all.isEmpty()
                            ? "one with --answers, or make one with vivarium evaluate"
                            : "those to read with --answers: "
                                    + String.join(
                                            ", ", all.stream().map(Names::last).toList())));
        }
        return all;
    }
}
