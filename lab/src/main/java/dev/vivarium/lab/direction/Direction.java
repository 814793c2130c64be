package dev.vivarium.lab.direction;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.model.ModelConfig;
import dev.vivarium.engine.model.Site;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A linear direction in a model's activations: one vector for each of some layers, where they came from and how far they can
 * be trusted. A vector keeps the length it was found with, for example that of a difference of means.
 *
 * @param name for people, such as {@code medical}
 * @param site the place of a block that its vectors belong to
 * @param vectors by layer, from 0; all of one width, finite and not zero
 * @param origin what it was made of
 * @param reliability by layer, where it was measured
 */
public record Direction(
        String name,
        Site site,
        SortedMap<Integer, float[]> vectors,
        Origin origin,
        SortedMap<Integer, Reliability> reliability) {
    public Direction {
        if (name.isBlank() || name.codePoints().anyMatch(Character::isISOControl)) {
            throw new InputException("a direction needs a name of printable characters, not \"" + name + "\"");
        }
        if (vectors.isEmpty()) {
            throw new InputException("direction " + name + " has no vector for any layer");
        }
        SortedMap<Integer, float[]> copies = new TreeMap<>();
        int width = vectors.sequencedValues().getFirst().length;
        for (Map.Entry<Integer, float[]> entry : vectors.entrySet()) {
            copies.put(entry.getKey(), entry.getValue().clone());
            check(name, entry.getKey(), entry.getValue(), width);
        }
        vectors = Collections.unmodifiableSortedMap(copies);
        reliability = Collections.unmodifiableSortedMap(new TreeMap<>(reliability));
        if (!vectors.keySet().containsAll(reliability.keySet())) {
            throw new InputException("direction " + name + " states a reliability for layers it has no vector for");
        }
    }

    private static void check(String name, int layer, float[] vector, int width) {
        if (layer < 0 || vector.length == 0 || vector.length != width) {
            throw new InputException("direction " + name + " has a vector of " + vector.length + " values at layer "
                    + layer + "; layers count from 0 and all have one width, here " + width);
        }
        double squares = 0;
        for (float value : vector) {
            squares += (double) value * value;
        }
        if (!Double.isFinite(squares)) {
            throw new InputException(
                    "direction " + name + " holds a value at layer " + layer + " that is no finite number");
        }
        if (squares == 0) {
            throw new InputException(
                    "direction " + name + " is zero at layer " + layer + ", so it points nowhere; leave the layer out");
        }
    }

    /** Reads a safetensors file of {@link #write}; see {@link DirectionFile}. */
    public static Direction read(Path file) {
        return DirectionFile.read(file);
    }

    /** Replaces {@code file} in one step. */
    public void write(Path file) throws IOException {
        DirectionFile.write(file, this);
    }

    /** The layers it has a vector for. */
    public SortedSet<Integer> layers() {
        return Collections.unmodifiableSortedSet(new TreeSet<>(vectors.keySet()));
    }

    /** Values of each vector, the model's hidden size. */
    public int width() {
        return vectors.sequencedValues().getFirst().length;
    }

    /**
     * A copy of the vector of a layer.
     *
     * @throws InputException if it has none
     */
    public float[] vector(int layer) {
        float[] vector = vectors.get(layer);
        if (vector == null) {
            throw new InputException(
                    "direction " + name + " has no vector for layer " + layer + "; it has " + layers());
        }
        return vector.clone();
    }

    /** L2 norm of the vector of a layer. */
    public double norm(int layer) {
        return Vectors.norm(vector(layer));
    }

    /** Cosine with another direction's vector of the same layer. */
    public double cosine(Direction other, int layer) {
        return cosine(layer, other, layer);
    }

    /** Cosine of the vector of a layer with another direction's vector of another one. */
    public double cosine(int layer, Direction other, int otherLayer) {
        return Vectors.cosine(vector(layer), other.vector(otherLayer));
    }

    /** How far the vector of a layer can be trusted; null where that was not measured. */
    public @Nullable Reliability reliability(int layer) {
        return reliability.get(layer);
    }

    /**
     * Makes sure that it lies in a model's activations. Organisms grown on a base count as that base: a direction of a base
     * or of an adapter on it may act on any of them.
     *
     * @param model name of the model, for the message
     * @param files SHA-256 of the base model's files by name; those of its weights are compared
     * @param config of the model
     * @throws InputException if it was made for another model, or one of other layers or width
     */
    public void requireModel(String model, Map<String, String> files, ModelConfig config) {
        origin.model().require(name, model, files);
        if (width() != config.hiddenSize() || layers().last() >= config.layers()) {
            throw new InputException("direction " + name + " has a width of " + width() + " and goes up to layer "
                    + layers().last() + ", but " + model + " has a width of " + config.hiddenSize()
                    + " and layers 0 to " + (config.layers() - 1) + "; give the model it was made for");
        }
    }

    /** The same at some of its layers. */
    public Direction only(SortedSet<Integer> some) {
        SortedMap<Integer, float[]> chosen = new TreeMap<>(vectors);
        chosen.keySet().retainAll(some);
        SortedMap<Integer, Reliability> known = new TreeMap<>(reliability);
        known.keySet().retainAll(some);
        return new Direction(name, site, chosen, origin, known);
    }

    /** The same under another name. */
    public Direction named(String other) {
        return new Direction(other, site, vectors, origin, reliability);
    }
}
