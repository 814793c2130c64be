package dev.vivarium.lab.results;

import dev.vivarium.lab.run.Provenance;
import dev.vivarium.lab.run.ResolvedRecipe;
import dev.vivarium.lab.run.RunFiles;
import dev.vivarium.lab.run.StepMetrics;
import dev.vivarium.lab.run.TrainSummary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How an organism was grown, as its run directory tells.
 *
 * @param provenance hashes, seeds, versions, host
 * @param recipe each value with its origin
 * @param metrics one entry per step done so far
 * @param summary how it ended; null while it is not finished
 */
public record Training(
        Provenance provenance,
        ResolvedRecipe recipe,
        List<StepMetrics> metrics,
        @Nullable TrainSummary summary) {
    public Training {
        metrics = List.copyOf(metrics);
    }

    static Training read(Path directory) throws IOException {
        RunFiles files = RunFiles.open(directory);
        return new Training(
                files.readProvenance(),
                files.readRecipe(),
                Files.isRegularFile(files.metrics()) ? files.readMetrics() : List.of(),
                files.readSummary().orElse(null));
    }

    /** The file it learnt from. */
    public Optional<Provenance.DataFile> trainingData() {
        return provenance.data().stream()
                .filter(file -> file.role().equals("train"))
                .findFirst();
    }

    /** Name of the file it learnt from, without folders. */
    public String dataName() {
        return lastName(trainingData()
                .map(Provenance.DataFile::path)
                .orElse(recipe.recipe().data().train()));
    }

    /** The last part of a path of whatever system. */
    public static String lastName(String path) {
        String trimmed = path.replaceAll("[/\\\\]+$", "");
        return trimmed.substring(Math.max(trimmed.lastIndexOf('/'), trimmed.lastIndexOf('\\')) + 1);
    }
}
