package dev.vivarium.engine.weights;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.vivarium.engine.base.AtomicFiles;
import dev.vivarium.engine.base.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * Writes tensors to one safetensors file.
 *
 * <p>The same tensors and metadata give the same bytes: data lies in the reference library's order (wider types first,
 * then by name), metadata is sorted and always says {@code format=pt}, without which transformers refuses a file. The
 * header is padded with spaces so that the data begins at a multiple of 8 bytes.
 */
public final class SafetensorsWriter {
    private static final int CHUNK = 1 << 20;

    private SafetensorsWriter() {}

    private record Item(String name, Tensor tensor, Dtype dtype, long bytes) {}

    /**
     * Replaces {@code file} in one step; where this fails, the old file is untouched.
     *
     * @param tensors of any shape and of the types float64, float32, float16, bfloat16, int64, int32, int16, int8,
     *     uint8 and bool; a tensor that is not contiguous or not on the CPU is copied first
     * @param metadata added to the file's {@code __metadata__}
     * @throws IllegalArgumentException if a type cannot be stored or a name is {@code __metadata__}
     */
    public static void write(Path file, Map<String, Tensor> tensors, Map<String, String> metadata) throws IOException {
        List<Item> items = new ArrayList<>();
        tensors.forEach((name, tensor) -> {
            if (name.equals(SafetensorsHeader.METADATA_KEY)) {
                throw new IllegalArgumentException("a tensor cannot be named " + name);
            }
            Dtype dtype = Dtype.of(tensor.scalar_type().intern(), name);
            items.add(new Item(name, tensor, dtype, Math.multiplyExact(tensor.numel(), (long) dtype.bytes())));
        });
        items.sort(Comparator.comparing(Item::dtype).thenComparing(Item::name));
        byte[] header = header(items, metadata);
        AtomicFiles.write(file, out -> {
            out.write(ByteBuffer.allocate(8)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(header.length)
                    .array());
            out.write(header);
            byte[] buffer = new byte[CHUNK];
            for (Item item : items) {
                writeData(out, item, buffer);
            }
        });
    }

    private static byte[] header(List<Item> items, Map<String, String> metadata) throws IOException {
        Map<String, String> strings = new TreeMap<>(metadata);
        strings.put("format", "pt");
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = Json.mapper().getFactory().createGenerator(bytes)) {
            json.writeStartObject();
            json.writeObjectFieldStart(SafetensorsHeader.METADATA_KEY);
            for (Map.Entry<String, String> entry : strings.entrySet()) {
                json.writeStringField(entry.getKey(), entry.getValue());
            }
            json.writeEndObject();
            long offset = 0;
            for (Item item : items) {
                long end = Math.addExact(offset, item.bytes());
                json.writeObjectFieldStart(item.name());
                json.writeStringField("dtype", item.dtype().name());
                json.writeFieldName("shape");
                long[] shape = item.tensor().shape();
                json.writeArray(shape, 0, shape.length);
                json.writeFieldName("data_offsets");
                json.writeArray(new long[] {offset, end}, 0, 2);
                json.writeEndObject();
                offset = end;
            }
            json.writeEndObject();
        }
        int padded = (bytes.size() + 7) / 8 * 8;
        if (padded > SafetensorsHeader.MAX_HEADER_BYTES) {
            throw new IllegalArgumentException(
                    "the header would have " + padded + " bytes, more than the format allows");
        }
        byte[] header = Arrays.copyOf(bytes.toByteArray(), padded);
        Arrays.fill(header, bytes.size(), padded, (byte) ' ');
        return header;
    }

    private static void writeData(OutputStream out, Item item, byte[] buffer) throws IOException {
        if (item.bytes() == 0) {
            return;
        }
        try (PointerScope scope = new PointerScope()) {
            Tensor cpu = item.tensor().cpu().contiguous();
            MemorySegment data =
                    MemorySegment.ofAddress(cpu.data_ptr().address()).reinterpret(item.bytes());
            for (long done = 0; done < item.bytes(); done += buffer.length) {
                int count = (int) Math.min(buffer.length, item.bytes() - done);
                MemorySegment.copy(data, ValueLayout.JAVA_BYTE, done, buffer, 0, count);
                out.write(buffer, 0, count);
            }
        }
    }
}
