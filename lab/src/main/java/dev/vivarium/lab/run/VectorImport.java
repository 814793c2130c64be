package dev.vivarium.lab.run;

import dev.vivarium.engine.adapter.AdapterFiles;
import dev.vivarium.engine.adapter.VectorFile;
import dev.vivarium.engine.base.AtomicFiles;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.gguf.ControlVector;
import dev.vivarium.engine.model.ModelConfig;
import dev.vivarium.engine.model.ModelDirectory;
import dev.vivarium.lab.hub.FoundModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A steering vector of another program becomes an adapter directory. */
public final class VectorImport {
    private VectorImport() {}

    /**
     * What was done.
     *
     * @param layer the block whose output the vector is added to
     * @param norm L2 norm of what is added
     * @param unused layers of the file whose vectors were left out
     */
    public record Report(int layer, double norm, SortedMap<Integer, float[]> unused) {}

    /**
     * Writes an adapter directory in one step.
     *
     * @param file safetensors, {@code .npy}, JSON, or a GGUF control vector of llama.cpp
     * @param base the model it is for
     * @param layer the block to steer, one of those in the file if it tells layers; null if the file tells just one
     * @param alpha the factor the vector is added with; negative steers the other way
     * @param out must not exist
     * @throws InputException if the file or one of the choices cannot be used; nothing is left then
     */
    public static Report run(Path file, FoundModel base, @Nullable Integer layer, double alpha, Path out)
            throws IOException {
        if (Files.exists(out, LinkOption.NOFOLLOW_LINKS)) {
            throw new InputException(out + " exists already; choose another name or move it away");
        }
        ModelConfig config = ModelDirectory.open(base.directory()).config();
        SortedMap<Integer, float[]> vectors = new TreeMap<>(
                String.valueOf(file.getFileName()).endsWith(".gguf")
                        ? ControlVector.read(file)
                        : VectorFile.read(file));
        if (!vectors.isEmpty() && vectors.lastKey() >= config.layers()) {
            throw new InputException(file + ": has a vector for layer " + vectors.lastKey() + " but " + base.name()
                    + " has layers 0 to " + (config.layers() - 1)
                    + "; give the model it was made for, and leave out that"
                    + " of the embedding, which comes before layer 0");
        }
        int chosen = choose(file, vectors, layer);
        float[] values = vectors.remove(vectors.containsKey(chosen) ? chosen : VectorFile.UNNAMED);
        if (values == null || values.length != config.hiddenSize()) {
            throw new InputException(file + ": its vector has " + (values == null ? 0 : values.length)
                    + " values but " + base.name() + " has a width of " + config.hiddenSize()
                    + "; give the model it was made for");
        }
        double[] norm = new double[1];
        AtomicFiles.writeDirectory(
                out, work -> norm[0] = AdapterFiles.writeVector(work, config, chosen, alpha, values, base.name()));
        return new Report(chosen, norm[0], vectors);
    }

    private static int choose(Path file, SortedMap<Integer, float[]> vectors, @Nullable Integer layer) {
        if (vectors.isEmpty()) {
            throw new InputException(file + ": holds no vector");
        }
        boolean unnamed = vectors.containsKey(VectorFile.UNNAMED);
        if (layer != null) {
            if (!vectors.containsKey(layer) && !unnamed) {
                throw new InputException(file + ": has no vector for layer " + layer + "; it has " + vectors.keySet());
            }
            return layer;
        }
        if (vectors.size() > 1 || unnamed) {
            throw new InputException(file
                    + (unnamed ? ": does not tell the layer of its vector" : ": has vectors for " + vectors.keySet())
                    + "; choose the layer to steer with --layer");
        }
        return vectors.firstKey();
    }
}
