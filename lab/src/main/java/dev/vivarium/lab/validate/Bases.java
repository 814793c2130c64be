package dev.vivarium.lab.validate;

import dev.vivarium.engine.base.Hashes;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Progress;
import dev.vivarium.engine.tensor.Device;
import dev.vivarium.lab.world.CorpusKind;
import dev.vivarium.lab.world.PretrainRecipe;
import dev.vivarium.lab.world.Pretraining;
import dev.vivarium.lab.world.World;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** The base models of a validation: the shipped one, and those grown by its recipe with other seeds or corpora. */
final class Bases {
    private static final String RECIPE = "recipe.yaml";

    private final Path shipped;
    private final String recipe;
    private final long first;
    private final Path directory;
    private final Device device;
    private final Progress progress;

    /**
     * @param shipped a model directory that the shipped recipe made
     * @param directory where the others are kept
     * @param device to pretrain on
     */
    Bases(Path shipped, Path directory, Device device, Progress progress) throws IOException {
        this.shipped = shipped;
        this.directory = directory;
        this.device = device;
        this.progress = progress;
        Path file = shipped.resolve(RECIPE);
        if (!Files.isRegularFile(file)) {
            throw new InputException(shipped + ": has no " + RECIPE
                    + ", so bases of other seeds cannot be grown like it; give one that vivarium world pretrain made");
        }
        this.recipe = Files.readString(file);
        this.first = PretrainRecipe.parse(recipe, file.toString()).seed();
    }

    /** Seeds of the first so many bases, from that of the shipped one on. */
    long seed(int index) {
        return first + index;
    }

    /** The directory of a base, which is grown if it is not there yet: that takes as long as pretraining does. */
    Path find(CorpusKind kind, long seed) throws IOException {
        if (kind == CorpusKind.PERSONA && seed == first) {
            return shipped;
        }
        String text = PretrainRecipe.varied(recipe, seed, kind);
        String hash = Hashes.sha256(text.getBytes(StandardCharsets.UTF_8)).substring(0, 8);
        Path base = directory.resolve(kind.name().toLowerCase(Locale.ROOT) + "-" + seed + "-" + hash);
        if (!Files.isDirectory(base)) {
            Files.createDirectories(directory);
            new Pretraining(World.standard(), text, RECIPE, base, device, progress).run();
        }
        return base;
    }
}
