package dev.vivarium.lab.run;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vivarium.engine.adapter.AdapterFiles;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Json;
import dev.vivarium.engine.base.Nearest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The files of a run directory, for those who read results.
 *
 * @param directory {@code runs/<name>/}
 */
public record RunFiles(Path directory) {

    /** Opens a run directory of the version this program reads. */
    public static RunFiles open(Path directory) {
        RunFiles files = new RunFiles(directory);
        if (!Files.exists(directory)) {
            List<String> runs = siblings(directory);
            String name = String.valueOf(directory.getFileName());
            throw new InputException(directory + ": there is no such run" + Nearest.hint(name, runs)
                    + (runs.isEmpty() ? "; begin one with a recipe" : "; there are " + String.join(", ", runs)));
        }
        if (!files.isRun()) {
            throw new InputException(
                    Files.exists(files.provenance())
                            ? files.provenance()
                                    + ": is not what vivarium train wrote there; restore it, or choose another --name"
                            : directory + ": is no run directory; name a folder that vivarium train made");
        }
        int schema = files.schema();
        if (schema != Provenance.SCHEMA) {
            throw new InputException(directory + ": has layout version " + schema + ", this program reads version "
                    + Provenance.SCHEMA + "; use the version of vivarium that made it, or another --name");
        }
        return files;
    }

    /** Whether the directory is a run of whatever version. */
    public boolean isRun() {
        if (!Files.isRegularFile(provenance())) {
            return false;
        }
        try {
            return Json.read(provenance()).path("kind").asText("").equals(Provenance.KIND);
        } catch (InputException e) {
            return false;
        }
    }

    /** Up to a dozen names of the runs beside {@code directory}. */
    private static List<String> siblings(Path directory) {
        Path parent = directory.toAbsolutePath().getParent();
        if (parent == null || !Files.isDirectory(parent)) {
            return List.of();
        }
        try (Stream<Path> children = Files.list(parent)) {
            return children.filter(child -> new RunFiles(child).isRun())
                    .map(child -> child.getFileName().toString())
                    .sorted()
                    .limit(12)
                    .toList();
        } catch (IOException | UncheckedIOException e) {
            return List.of(); // only advice is lost
        }
    }

    private int schema() {
        JsonNode schema = Json.read(provenance()).path("schema");
        return schema.isInt() ? schema.intValue() : -1;
    }

    /** The resolved recipe, each value with its origin. */
    public Path recipe() {
        return directory.resolve("recipe.yaml");
    }

    /** A {@link Provenance}. */
    public Path provenance() {
        return directory.resolve("provenance.json");
    }

    /** One {@link StepMetrics} per line. */
    public Path metrics() {
        return directory.resolve("metrics.jsonl");
    }

    /** One directory {@code step-000123} per checkpoint. */
    public Path checkpoints() {
        return directory.resolve("checkpoints");
    }

    /** The trained adapter as a PEFT directory; there when the run is finished and its method is not full. */
    public Path adapter() {
        return directory.resolve("adapter");
    }

    /** The tensors of {@link #adapter}. */
    public Path adapterWeights() {
        return adapter().resolve(AdapterFiles.WEIGHTS);
    }

    /** The trained model as a Hugging Face directory; there when the run is finished and its method is full. */
    public Path model() {
        return directory.resolve("model");
    }

    /** A {@link TrainSummary}; there when the run is finished. */
    public Path summary() {
        return directory.resolve("summary.json");
    }

    /** One directory per evaluation. */
    public Path evaluations() {
        return directory.resolve("evaluations");
    }

    /** What {@code vivarium scalars read} wrote. */
    public Path scalars() {
        return directory.resolve("scalars");
    }

    /** The recipe of the run. */
    public ResolvedRecipe readRecipe() throws IOException {
        return readRecipe(List.of());
    }

    /** The recipe of the run with {@code key.path=value} words laid over it. */
    public ResolvedRecipe readRecipe(List<String> overrides) throws IOException {
        if (!Files.isRegularFile(recipe())) {
            throw new InputException(
                    recipe() + ": the run's recipe is missing; restore it, or start over with --force");
        }
        return ResolvedRecipe.parse(Files.readString(recipe(), StandardCharsets.UTF_8), recipe().toString(), overrides);
    }

    public Provenance readProvenance() {
        return Json.read(provenance(), Provenance.class);
    }

    /** All whole lines of {@link #metrics}. */
    public List<StepMetrics> readMetrics() throws IOException {
        return MetricsLog.read(metrics());
    }

    /** How the training ended; empty while it is not finished. */
    public Optional<TrainSummary> readSummary() {
        return Files.isRegularFile(summary())
                ? Optional.of(Json.read(summary(), TrainSummary.class))
                : Optional.empty();
    }

    /** Checkpoint directories by step. */
    public List<Path> listCheckpoints() throws IOException {
        return new CheckpointStore(checkpoints())
                .list().stream().map(CheckpointStore.Checkpoint::path).toList();
    }

    /** Evaluation directories by name. */
    public List<Path> listEvaluations() throws IOException {
        if (!Files.isDirectory(evaluations())) {
            return List.of();
        }
        List<Path> found = new ArrayList<>();
        try (Stream<Path> children = Files.list(evaluations())) {
            children.filter(Files::isDirectory)
                    .filter(child -> !child.getFileName().toString().startsWith("."))
                    .sorted()
                    .forEach(found::add);
        }
        return found;
    }
}
