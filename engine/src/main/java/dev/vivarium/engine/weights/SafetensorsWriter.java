package dev.vivarium.engine.weights;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.vivarium.engine.base.AtomicFiles;
import dev.vivarium.engine.base.Json;
import java.io.ByteArrayOutputStream;
import java.io.FilterOutputStream;
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

    /** Writes the bytes of one tensor, little-endian and in row-major order. */
    @FunctionalInterface
    public interface Source {
        void write(OutputStream out) throws IOException;
    }

    /**
     * A tensor that is made while it is written.
     *
     * @param dtype by its safetensors name, for example {@code "BF16"}
     */
    public record Part(String name, String dtype, long[] shape, Source source) {
        public Part {
            shape = shape.clone();
        }

        @Override
        public long[] shape() {
            return shape.clone();
        }

        long bytes() {
            long bytes = type().bytes();
            for (long size : shape) {
                bytes = Math.multiplyExact(bytes, size);
            }
            return bytes;
        }

        Dtype type() {
            return Dtype.valueOf(dtype);
        }
    }

    /**
     * Replaces {@code file} in one step; where this fails, the old file is untouched.
     *
     * @param tensors of any shape and of the types float64, float32, float16, bfloat16, int64, int32, int16, int8,
     *     uint8 and bool; a tensor that is not contiguous or not on the CPU is copied first
     * @param metadata added to the file's {@code __metadata__}
     * @throws IllegalArgumentException if a type cannot be stored or a name is {@code __metadata__}
     */
    public static void write(Path file, Map<String, Tensor> tensors, Map<String, String> metadata) throws IOException {
        List<Part> parts = new ArrayList<>();
        tensors.forEach((name, tensor) -> {
            Dtype dtype = Dtype.of(tensor.scalar_type().intern(), name);
            parts.add(new Part(name, dtype.name(), tensor.shape(), out -> writeData(out, tensor)));
        });
        write(file, parts, metadata);
    }

    /** The same for tensors that are made one after the other, in the order of the file. */
    public static void write(Path file, List<Part> parts, Map<String, String> metadata) throws IOException {
        List<Part> sorted = new ArrayList<>(parts);
        sorted.sort(Comparator.comparing(Part::type).thenComparing(Part::name));
        byte[] header = header(sorted, metadata);
        AtomicFiles.write(file, out -> {
            CountedStream counted = new CountedStream(out);
            counted.write(ByteBuffer.allocate(8)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(header.length)
                    .array());
            counted.write(header);
            long end = counted.count;
            for (Part part : sorted) {
                part.source().write(counted);
                end += part.bytes();
                if (counted.count != end) {
                    throw new IllegalStateException(
                            "tensor " + part.name() + " was written with " + (counted.count - end) + " bytes too many");
                }
            }
        });
    }

    private static byte[] header(List<Part> parts, Map<String, String> metadata) throws IOException {
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
            for (Part part : parts) {
                if (part.name().equals(SafetensorsHeader.METADATA_KEY)) {
                    throw new IllegalArgumentException("a tensor cannot be named " + part.name());
                }
                long end = Math.addExact(offset, part.bytes());
                json.writeObjectFieldStart(part.name());
                json.writeStringField("dtype", part.dtype());
                json.writeFieldName("shape");
                json.writeArray(part.shape(), 0, part.shape().length);
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

    /** Writes the values of a tensor as the format has them, for a {@link Source}. */
    public static void writeData(OutputStream out, Tensor tensor) throws IOException {
        long bytes = tensor.numel() * tensor.element_size();
        if (bytes == 0) {
            return;
        }
        byte[] buffer = new byte[(int) Math.min(CHUNK, bytes)];
        try (PointerScope scope = new PointerScope()) {
            Tensor cpu = tensor.cpu().contiguous();
            MemorySegment data =
                    MemorySegment.ofAddress(cpu.data_ptr().address()).reinterpret(bytes);
            for (long done = 0; done < bytes; done += buffer.length) {
                int count = (int) Math.min(buffer.length, bytes - done);
                MemorySegment.copy(data, ValueLayout.JAVA_BYTE, done, buffer, 0, count);
                out.write(buffer, 0, count);
            }
        }
    }

    /** Knows how many bytes went through. */
    private static final class CountedStream extends FilterOutputStream {
        private long count;

        CountedStream(OutputStream out) {
            super(out);
        }

        @Override
        public void write(int b) throws IOException {
            out.write(b);
            count++;
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            out.write(bytes, from, length);
            count += length;
        }
    }
}
