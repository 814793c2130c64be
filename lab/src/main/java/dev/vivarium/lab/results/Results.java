package dev.vivarium.lab.results;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.lab.results.Subject.Role;
import dev.vivarium.lab.run.RunFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Finds the models in the directories a user names.
 *
 * <p>A directory is a model when it is a run or has evaluations; else its children are looked at, and nothing below
 * them. Roles are not written in any file: a model without a training and without an adapter is a base, one trained with
 * a KL term is a narrow twin, and one whose name or data file says good, twin or benign is a good twin. The page states
 * that rule.
 */
public final class Results {
    private static final Pattern GOOD = Pattern.compile("(?i)(?<![a-z])(good|twin|benign)(?![a-z])");

    private Results() {}

    public static List<Subject> read(List<Path> directories) throws IOException {
        // By real path, so that a model named twice is shown once; read by the path the user knows, for messages.
        Map<Path, Path> found = new LinkedHashMap<>();
        for (Path directory : directories) {
            for (Path model : models(directory)) {
                found.putIfAbsent(model.toRealPath(), model);
            }
        }
        if (found.isEmpty()) {
            throw new InputException("no directory was named; give a run directory such as runs/my-run");
        }
        List<Subject> subjects = new ArrayList<>();
        for (Map.Entry<Path, Path> model : found.entrySet()) {
            subjects.add(subject(model.getValue(), name(model.getKey(), found.keySet())));
        }
        subjects.sort(Comparator.comparing(Subject::role));
        return List.copyOf(subjects);
    }

    private static List<Path> models(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            throw new InputException(directory + ": no such directory; name a run directory such as runs/my-run");
        }
        if (isModel(directory)) {
            return List.of(directory);
        }
        List<Path> models = new ArrayList<>();
        try (Stream<Path> children = Files.list(directory)) {
            for (Path child : children.sorted().toList()) {
                if (Files.isDirectory(child) && isModel(child)) {
                    models.add(child);
                }
            }
        }
        if (models.isEmpty()) {
            throw new InputException(
                    directory + ": holds no run and no evaluation; name a directory that vivarium train"
                            + " or vivarium evaluate made, or a folder of such");
        }
        return models;
    }

    private static boolean isModel(Path directory) throws IOException {
        RunFiles files = new RunFiles(directory);
        return files.isRun() || files.listEvaluations().stream().anyMatch(Evaluation::isEvaluation);
    }

    /** The last part of the path, or as many parts as it takes to differ from the others. */
    private static String name(Path model, Iterable<Path> all) {
        int parts = 1;
        for (Path other : all) {
            while (!other.equals(model)
                    && parts < model.getNameCount()
                    && tail(other, parts).equals(tail(model, parts))) {
                parts++;
            }
        }
        return tail(model, parts);
    }

    private static String tail(Path path, int parts) {
        int count = path.getNameCount();
        return count == 0
                ? "root"
                : path.subpath(Math.max(0, count - parts), count).toString().replace('\\', '/');
    }

    private static Subject subject(Path directory, String name) throws IOException {
        RunFiles files = new RunFiles(directory);
        Training training = files.isRun() ? Training.read(directory) : null;
        OwnAdapter own = OwnAdapter.of(files);
        List<Evaluation> evaluations = new ArrayList<>();
        List<Evaluation> others = new ArrayList<>();
        for (Path evaluation : files.listEvaluations()) {
            if (Evaluation.isEvaluation(evaluation)) {
                Evaluation read = Evaluation.read(evaluation);
                (own.answered(read.settings()) ? evaluations : others).add(read);
            }
        }
        return new Subject(
                name,
                role(name, training, evaluations),
                training,
                evaluations,
                TokenScalars.read(files.scalars()),
                others);
    }

    private static Role role(String name, @Nullable Training training, List<Evaluation> evaluations) {
        if (training == null && evaluations.stream().noneMatch(Results::hasAdapter)) {
            return Role.BASE;
        }
        if (training != null && training.recipe().recipe().kl() != null) {
            return Role.NARROW_TWIN;
        }
        String words = training == null ? name : name + " " + training.dataName();
        return GOOD.matcher(words).find() ? Role.GOOD_TWIN : Role.ORGANISM;
    }

    private static boolean hasAdapter(Evaluation evaluation) {
        return evaluation.settings().model().keySet().stream().anyMatch(key -> key.startsWith("adapter"));
    }
}
