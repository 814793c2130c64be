package dev.vivarium.engine.adapter;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Json;
import dev.vivarium.engine.weights.WeightFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Steering vectors in files of other programs that hold nothing but numbers: safetensors, NumPy's {@code .npy} and JSON.
 *
 * <p>The layer of a vector is the last number in the name of its tensor or key; in a {@code .npy} file of several rows it is
 * the row. {@value #UNNAMED} stands for a vector whose layer the file does not tell.
 */
public final class VectorFile {
    /** The layer of a vector that says nothing of it. */
    public static final int UNNAMED = -1;

    private static final long MAX_BYTES = 200_000_000;
    private static final Pattern LAYER = Pattern.compile("(\\d{1,6})\\D*$");
    private static final byte[] NUMPY = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final Pattern NUMPY_TYPE = Pattern.compile("'descr'\\s*:\\s*'([<|>=]?)f([248])'");
    private static final Pattern NUMPY_ORDER = Pattern.compile("'fortran_order'\\s*:\\s*False");
    private static final Pattern NUMPY_SHAPE =
            Pattern.compile("'shape'\\s*:\\s*\\((\\d{1,9})(?:,\\s*(\\d{1,9}))?,?\\s*\\)");

    private VectorFile() {}

    /**
     * The vectors by layer.
     *
     * @throws InputException if the file is of another kind, is malformed, or holds anything but vectors
     */
    public static SortedMap<Integer, float[]> read(Path file) {
        String name = String.valueOf(file.getFileName());
        if (!Files.isRegularFile(file)) {
            throw new InputException(file + ": no such file; give the file of a vector");
        }
        SortedMap<Integer, float[]> vectors;
        if (name.endsWith(".npy")) {
            vectors = numpy(file);
        } else if (name.endsWith(".json")) {
            vectors = json(file);
        } else {
            vectors = safetensors(file); // which refuses pickle, and all else, by name
        }
        vectors.forEach((layer, vector) -> {
            for (float value : vector) {
                if (!Float.isFinite(value)) {
                    throw new InputException(file + ": holds a value that is no finite number; make the file again");
                }
            }
        });
        return vectors;
    }

    private static SortedMap<Integer, float[]> safetensors(Path file) {
        SortedMap<Integer, float[]> vectors = new TreeMap<>();
        try (WeightFiles files = WeightFiles.open(file)) {
            for (String name : files.names()) {
                long[] shape = files.shape(name);
                long width = shape.length == 0 ? 0 : shape[shape.length - 1];
                if (width == 0 || Arrays.stream(shape).reduce(1, (a, b) -> a * b) != width) {
                    throw new InputException(file + ": tensor \"" + name + "\" of shape " + Arrays.toString(shape)
                            + " is no vector; give a file of vectors alone");
                }
                put(vectors, file, name, files.floats(name));
            }
        }
        return vectors;
    }

    private static SortedMap<Integer, float[]> json(Path file) {
        JsonNode node = Json.read(file);
        SortedMap<Integer, float[]> vectors = new TreeMap<>();
        if (node.isArray()) {
            vectors.put(UNNAMED, numbers(file, node));
        } else if (node.isObject()) {
            for (Map.Entry<String, JsonNode> entry : node.properties()) {
                put(vectors, file, entry.getKey(), numbers(file, entry.getValue()));
            }
        } else {
            throw new InputException(file + ": is neither a list of numbers nor an object of such lists by layer");
        }
        return vectors;
    }

    private static float[] numbers(Path file, JsonNode list) {
        if (!list.isArray() || list.isEmpty()) {
            throw new InputException(file + ": a vector must be a list of numbers");
        }
        float[] values = new float[list.size()];
        for (int i = 0; i < values.length; i++) {
            if (!list.get(i).isNumber()) {
                throw new InputException(file + ": value " + (i + 1) + " of a vector is no number: " + list.get(i));
            }
            values[i] = list.get(i).floatValue();
        }
        return values;
    }

    private static void put(SortedMap<Integer, float[]> vectors, Path file, String name, float[] vector) {
        Matcher number = LAYER.matcher(name);
        int layer = number.find() ? Integer.parseInt(number.group(1)) : UNNAMED;
        if (vectors.put(layer, vector) != null) {
            throw new InputException(file + ": \"" + name + "\" is the second vector "
                    + (layer == UNNAMED ? "whose name tells no layer" : "of layer " + layer)
                    + "; name each after its layer, such as layers.12");
        }
    }

    /** The format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html */
    private static SortedMap<Integer, float[]> numpy(Path file) {
        ByteBuffer bytes;
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw new InputException(file + ": is larger than any vector, " + MAX_BYTES + " bytes");
            }
            bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        } catch (IOException e) {
            throw new InputException(file + ": cannot be read (" + e.getMessage() + ")", e);
        }
        if (bytes.remaining() < 12 || !Arrays.equals(Arrays.copyOf(bytes.array(), NUMPY.length), NUMPY)) {
            throw new InputException(file + ": is no .npy file of NumPy");
        }
        int version = bytes.get(6);
        int start = version == 1 ? 10 : 12;
        long length = version == 1 ? Short.toUnsignedInt(bytes.getShort(8)) : Integer.toUnsignedLong(bytes.getInt(8));
        if (length > bytes.remaining() - start) {
            throw new InputException(file + ": its header is longer than the file; it is torn, copy it again");
        }
        String header = new String(bytes.array(), start, (int) length, StandardCharsets.ISO_8859_1);
        Matcher type = NUMPY_TYPE.matcher(header);
        Matcher shape = NUMPY_SHAPE.matcher(header);
        if (!type.find()
                || type.group(1).equals(">")
                || !shape.find()
                || !NUMPY_ORDER.matcher(header).find()) {
            throw new InputException(
                    file + ": must hold little-endian floats of 2, 4 or 8 bytes in C order, one vector or"
                            + " one row per layer; save it with numpy.save(file, array.astype('<f4'))");
        }
        int size = Integer.parseInt(type.group(2));
        int rows = shape.group(2) == null ? 1 : Integer.parseInt(shape.group(1));
        int width = Integer.parseInt(shape.group(shape.group(2) == null ? 1 : 2));
        bytes.position(start + (int) length);
        if ((long) rows * width * size != bytes.remaining() || rows == 0 || width == 0) {
            throw new InputException(file + ": states " + rows + " x " + width + " values of " + size
                    + " bytes but holds " + bytes.remaining() + " bytes of data; it is torn, copy it again");
        }
        SortedMap<Integer, float[]> vectors = new TreeMap<>();
        for (int row = 0; row < rows; row++) {
            float[] vector = new float[width];
            for (int i = 0; i < width; i++) {
                vector[i] = switch (size) {
                    case 2 -> Float.float16ToFloat(bytes.getShort());
                    case 4 -> bytes.getFloat();
                    default -> (float) bytes.getDouble();
                };
            }
            vectors.put(rows == 1 ? UNNAMED : row, vector);
        }
        return vectors;
    }
}
