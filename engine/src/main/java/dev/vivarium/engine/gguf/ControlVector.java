package dev.vivarium.engine.gguf;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Printable;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A control vector of llama.cpp: a GGUF file with a tensor {@code direction.N} for each layer that is steered.
 *
 * <p>N counts blocks from zero, and the vector is added to the output of block N; there is none for block 0 (see
 * {@code apply_to} in https://github.com/ggml-org/llama.cpp/blob/master/src/llama-adapter.cpp).
 */
public final class ControlVector {
    private static final String ARCHITECTURE = "controlvector";
    private static final Pattern NAME = Pattern.compile("direction\\.(\\d{1,6})");

    private ControlVector() {}

    /**
     * The vectors by block.
     *
     * @throws InputException if the file is malformed or holds anything else
     */
    public static SortedMap<Integer, float[]> read(Path file) {
        try (GgufFile gguf = GgufFile.open(file)) {
            String architecture = gguf.metadata().text("general.architecture").orElse("");
            if (!architecture.equals(ARCHITECTURE)) {
                throw new InputException(
                        file + ": is a GGUF file of architecture \"" + Printable.name(architecture)
                                + "\" and no control vector; give one that llama.cpp made, or leave --model out to import a model");
            }
            SortedMap<Integer, float[]> vectors = new TreeMap<>();
            gguf.tensors().values().forEach(tensor -> {
                Matcher name = NAME.matcher(tensor.name());
                if (!name.matches() || tensor.dims().length != 1) {
                    throw new InputException(file + ": tensor \"" + Printable.name(tensor.name()) + "\" of shape "
                            + tensor.shape() + " is no direction; the file is not a control vector");
                }
                if (vectors.put(Integer.valueOf(name.group(1)), values(gguf, tensor)) != null) {
                    throw new InputException(file + ": layer " + name.group(1) + " stands in the file twice");
                }
            });
            return vectors;
        }
    }

    private static float[] values(GgufFile gguf, TensorInfo tensor) {
        MemorySegment data = gguf.data(tensor);
        float[] values = new float[Math.toIntExact(tensor.values())];
        Blocks.unpack(
                tensor.type(),
                data.toArray(ValueLayout.JAVA_BYTE),
                values.length / tensor.type().blockValues(),
                values);
        return values;
    }
}
