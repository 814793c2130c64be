package dev.vivarium.engine.gguf;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/** Writes GGUF bytes, well-formed unless it is told to lie. */
final class GgufBuilder {
    private static final int ALIGNMENT = 32;

    private final Map<String, byte[]> fields = new LinkedHashMap<>();
    private final List<Entry> tensors = new ArrayList<>();
    private int version = 3;
    private OptionalLong tensorCount = OptionalLong.empty();
    private OptionalLong keyCount = OptionalLong.empty();

    private record Entry(String name, int type, long[] dims, byte[] data, long moved) {}

    GgufBuilder version(int number) {
        version = number;
        return this;
    }

    GgufBuilder claimTensors(long count) {
        tensorCount = OptionalLong.of(count);
        return this;
    }

    GgufBuilder claimKeys(long count) {
        keyCount = OptionalLong.of(count);
        return this;
    }

    GgufBuilder without(String key) {
        fields.remove(key);
        tensors.removeIf(tensor -> tensor.name.equals(key));
        return this;
    }

    /** A field by the number of its type and the bytes that follow it. */
    GgufBuilder raw(String key, int type, byte[] value) {
        fields.put(key, join(int32(type), value));
        return this;
    }

    GgufBuilder u32(String key, int value) {
        return raw(key, 4, int32(value));
    }

    GgufBuilder f32(String key, float value) {
        return raw(key, 6, int32(Float.floatToRawIntBits(value)));
    }

    GgufBuilder flag(String key, boolean value) {
        return raw(key, 7, new byte[] {(byte) (value ? 1 : 0)});
    }

    GgufBuilder text(String key, String value) {
        return raw(key, 8, string(value));
    }

    GgufBuilder texts(String key, List<String> values) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(int32(8));
        bytes.writeBytes(int64(values.size()));
        values.forEach(value -> bytes.writeBytes(string(value)));
        return raw(key, 9, bytes.toByteArray());
    }

    GgufBuilder ints(String key, int[] values) {
        ByteBuffer bytes = little(12 + 4 * values.length).putInt(5).putLong(values.length);
        for (int value : values) {
            bytes.putInt(value);
        }
        return raw(key, 9, bytes.array());
    }

    GgufBuilder floats(String key, float[] values) {
        ByteBuffer bytes = little(12 + 4 * values.length).putInt(6).putLong(values.length);
        for (float value : values) {
            bytes.putFloat(value);
        }
        return raw(key, 9, bytes.array());
    }

    GgufBuilder tensor(String name, int type, long[] dims, byte[] data) {
        return tensor(name, type, dims, data, 0);
    }

    /** @param moved added to the offset that the tensor should state */
    GgufBuilder tensor(String name, int type, long[] dims, byte[] data, long moved) {
        tensors.add(new Entry(name, type, dims, data, moved));
        return this;
    }

    GgufBuilder floatTensor(String name, float[] values, long... dims) {
        ByteBuffer bytes = little(values.length * 4);
        for (float value : values) {
            bytes.putFloat(value);
        }
        return tensor(name, 0, dims, bytes.array());
    }

    byte[] build() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes("GGUF".getBytes(StandardCharsets.US_ASCII));
        out.writeBytes(int32(version));
        out.writeBytes(int64(tensorCount.orElse(tensors.size())));
        out.writeBytes(int64(keyCount.orElse(fields.size())));
        fields.forEach((key, value) -> {
            out.writeBytes(string(key));
            out.writeBytes(value);
        });
        long offset = 0;
        for (Entry tensor : tensors) {
            out.writeBytes(string(tensor.name));
            out.writeBytes(int32(tensor.dims.length));
            for (long size : tensor.dims) {
                out.writeBytes(int64(size));
            }
            out.writeBytes(int32(tensor.type));
            out.writeBytes(int64(offset + tensor.moved));
            offset += aligned(tensor.data.length);
        }
        pad(out);
        for (Entry tensor : tensors) {
            out.writeBytes(tensor.data);
            pad(out);
        }
        return out.toByteArray();
    }

    private static void pad(ByteArrayOutputStream out) {
        out.writeBytes(new byte[(int) (aligned(out.size()) - out.size())]);
    }

    private static long aligned(long size) {
        return (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }

    static byte[] string(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        return join(int64(utf8.length), utf8);
    }

    static byte[] int32(int value) {
        return little(4).putInt(value).array();
    }

    static byte[] int64(long value) {
        return little(8).putLong(value).array();
    }

    static byte[] join(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    private static ByteBuffer little(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
