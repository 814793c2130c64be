package dev.vivarium.engine.gguf;

import dev.vivarium.engine.base.AtomicFiles;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Printable;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
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
    private static final String MAGIC = "GGUF";
    private static final int VERSION = 3;
    private static final int ALIGNMENT = 32;
    private static final int UINT32 = 4;
    private static final int STRING = 8;
    private static final int F32 = 0;
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

    /**
     * Replaces {@code file} by a control vector of float32 values.
     *
     * @param vectors by block, without block 0, which llama.cpp refuses
     * @param modelType the {@code model_type} of the model they are for, which llama.cpp calls the model hint
     * @throws InputException if block 0 is among them or there is none
     */
    public static void write(Path file, SortedMap<Integer, float[]> vectors, String modelType) throws IOException {
        if (vectors.isEmpty() || vectors.firstKey() < 1) {
            throw new InputException("a control vector of llama.cpp "
                    + (vectors.isEmpty()
                            ? "needs a vector of at least one block after block 0"
                            : "has no vector for block 0")
                    + "; choose layers from 1 on");
        }
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        head.writeBytes(MAGIC.getBytes(StandardCharsets.US_ASCII));
        head.writeBytes(number(Integer.BYTES, VERSION));
        head.writeBytes(number(Long.BYTES, vectors.size()));
        head.writeBytes(number(Long.BYTES, 3));
        text(head, "general.architecture", ARCHITECTURE);
        text(head, ARCHITECTURE + ".model_hint", modelType);
        string(head, ARCHITECTURE + ".layer_count");
        head.writeBytes(number(Integer.BYTES, UINT32));
        head.writeBytes(number(Integer.BYTES, vectors.size()));
        long offset = 0;
        for (Map.Entry<Integer, float[]> vector : vectors.entrySet()) {
            string(head, "direction." + vector.getKey());
            head.writeBytes(number(Integer.BYTES, 1));
            head.writeBytes(number(Long.BYTES, vector.getValue().length));
            head.writeBytes(number(Integer.BYTES, F32));
            head.writeBytes(number(Long.BYTES, offset));
            offset += padded((long) Float.BYTES * vector.getValue().length);
        }
        AtomicFiles.write(file, out -> {
            out.write(head.toByteArray());
            out.write(new byte[(int) (padded(head.size()) - head.size())]);
            for (float[] vector : vectors.values()) {
                ByteBuffer bytes = ByteBuffer.allocate((int) padded((long) Float.BYTES * vector.length))
                        .order(ByteOrder.LITTLE_ENDIAN);
                for (float value : vector) {
                    bytes.putFloat(value);
                }
                out.write(bytes.array());
            }
        });
    }

    private static long padded(long bytes) {
        return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }

    private static void text(ByteArrayOutputStream head, String key, String value) {
        string(head, key);
        head.writeBytes(number(Integer.BYTES, STRING));
        string(head, value);
    }

    private static void string(ByteArrayOutputStream head, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        head.writeBytes(number(Long.BYTES, bytes.length));
        head.writeBytes(bytes);
    }

    private static byte[] number(int bytes, long value) {
        ByteBuffer buffer = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        return Arrays.copyOf(buffer.putLong(value).array(), bytes);
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
