package dev.vivarium.engine.gguf;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Printable;
import dev.vivarium.engine.weights.MappedBytes;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One GGUF file, versions 2 and 3, mapped read-only: its metadata and where its tensors lie.
 *
 * <p>A file that was opened is whole: every length, count and offset was checked against the size of the file, and the
 * tensors cover the data from its first byte to its last without overlap, each beginning at the next multiple of the
 * alignment. What an open file holds in the heap grows with the names in it, not with what it claims to have. The format:
 * https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
 */
final class GgufFile implements AutoCloseable {
    /** "GGUF", read as a little-endian number. */
    private static final int MAGIC = 0x46554747;

    /** Far above any model, and small enough that an index of empty entries does no harm. */
    private static final int MAX_ENTRIES = 10_000;

    private static final int MAX_KEY_BYTES = 65_535;
    private static final int MAX_NAME_BYTES = 64;
    private static final int MAX_DIMS = 4;
    private static final int MAX_ALIGNMENT = 1 << 16;
    private static final int DEFAULT_ALIGNMENT = 32;
    private static final int HEADER_BYTES = 24;

    /** A key of one character, its type, and a value of one byte; a name of one character and one size. */
    private static final int LEAST_KEY_BYTES = 8 + 1 + 4 + 1;

    private static final int LEAST_TENSOR_BYTES = 8 + 1 + 4 + 8 + 4 + 8;

    private final Path path;
    private final MappedBytes bytes;
    private final MemorySegment mapped;
    private final GgufMetadata metadata;
    private final Map<String, TensorInfo> tensors;
    private final long dataStart;

    private GgufFile(Path path, MappedBytes bytes) {
        this.path = path;
        this.bytes = bytes;
        this.mapped = bytes.segment();
        Cursor cursor = new Cursor(mapped, path.toString(), 0);
        checkVersion(cursor);
        long tensorCount = entries(cursor, LEAST_TENSOR_BYTES, "tensors");
        long keyCount = entries(cursor, LEAST_KEY_BYTES, "metadata keys");
        this.metadata = readMetadata(cursor, keyCount);
        long alignment = alignment();
        List<TensorInfo> read = readTensors(cursor, tensorCount);
        this.dataStart = aligned(cursor.position(), alignment);
        this.tensors = inDataOrder(read, alignment);
    }

    /** @throws InputException if the file is missing, torn, malformed, or of a version or type that is not supported */
    static GgufFile open(Path file) {
        MappedBytes bytes = MappedBytes.open(file);
        try {
            return new GgufFile(file, bytes);
        } catch (RuntimeException e) {
            bytes.close();
            throw e;
        }
    }

    Path path() {
        return path;
    }

    GgufMetadata metadata() {
        return metadata;
    }

    /** By name, in the order of their data. */
    Map<String, TensorInfo> tensors() {
        return tensors;
    }

    /** The bytes of a tensor, in the mapping. */
    MemorySegment data(TensorInfo tensor) {
        return mapped.asSlice(dataStart + tensor.offset(), tensor.bytes());
    }

    long size() {
        return mapped.byteSize();
    }

    private void checkVersion(Cursor cursor) {
        if (cursor.remaining() < HEADER_BYTES) {
            throw new InputException(path + ": only " + cursor.remaining()
                    + " bytes, too short for a GGUF file; copy or download it again");
        }
        if (cursor.i32("magic") != MAGIC) {
            throw new InputException(path + ": does not begin with \"GGUF\"; it is not a GGUF file");
        }
        int version = cursor.i32("version");
        if (version == 2 || version == 3) {
            return;
        }
        if (Integer.reverseBytes(version) == 2 || Integer.reverseBytes(version) == 3) {
            throw new InputException(path + ": is big-endian, which is not supported; take a little-endian file");
        }
        throw new InputException(path + ": is GGUF version " + Integer.toUnsignedString(version)
                + ", but only versions 2 and 3 are supported; take a newer conversion of the model");
    }

    private long entries(Cursor cursor, int leastBytes, String what) {
        long count = cursor.count(leastBytes, "", what);
        if (count > MAX_ENTRIES) {
            throw new InputException(path + ": states " + count + " " + what + ", more than the " + MAX_ENTRIES
                    + " allowed; the file is malformed");
        }
        return count;
    }

    private GgufMetadata readMetadata(Cursor cursor, long count) {
        Map<String, GgufMetadata.Field> fields = new LinkedHashMap<>();
        for (long i = 0; i < count; i++) {
            String key = cursor.text(MAX_KEY_BYTES, "metadata key " + (i + 1));
            String where = "metadata \"" + Printable.name(key) + "\"";
            if (key.isEmpty() || !key.chars().allMatch(c -> c > ' ' && c < 0x7F)) {
                throw new InputException(
                        path + ": " + where + " is not a key of plain ASCII characters; the file is malformed");
            }
            if (fields.put(key, readField(cursor, where)) != null) {
                throw new InputException(path + ": " + where + " stands in the file twice; the file is malformed");
            }
        }
        return new GgufMetadata(path.toString(), mapped, fields);
    }

    private GgufMetadata.Field readField(Cursor cursor, String where) {
        ValueType type = valueType(cursor, where);
        if (type != ValueType.ARRAY) {
            long start = cursor.position();
            skip(cursor, type, where);
            return new GgufMetadata.Field(type, type, 1, start);
        }
        ValueType element = valueType(cursor, where);
        if (element == ValueType.ARRAY) {
            throw new InputException(
                    path + ": " + where + " is a list of lists, which no model needs; the file is" + " malformed");
        }
        long count = cursor.count(element.leastBytes(), "values of ", where);
        long start = cursor.position();
        if (element == ValueType.STRING) {
            for (long i = 0; i < count; i++) {
                cursor.skipText(where);
            }
        } else {
            cursor.skip(count * element.bytes(), where);
        }
        return new GgufMetadata.Field(type, element, count, start);
    }

    private static void skip(Cursor cursor, ValueType type, String where) {
        if (type == ValueType.STRING) {
            cursor.skipText(where);
        } else {
            cursor.skip(type.bytes(), where);
        }
    }

    private ValueType valueType(Cursor cursor, String where) {
        int id = cursor.i32(where);
        if (id < 0 || id >= ValueType.values().length) {
            throw new InputException(path + ": " + where + " is of the unknown type " + Integer.toUnsignedString(id)
                    + "; the file is malformed");
        }
        return ValueType.values()[id];
    }

    private long alignment() {
        long alignment = metadata.integer("general.alignment").orElse(DEFAULT_ALIGNMENT);
        if (alignment < Long.BYTES || alignment > MAX_ALIGNMENT || Long.bitCount(alignment) != 1) {
            throw new InputException(path + ": general.alignment is " + alignment + ", not a power of two from 8 to "
                    + MAX_ALIGNMENT + "; the file is malformed");
        }
        return alignment;
    }

    private List<TensorInfo> readTensors(Cursor cursor, long count) {
        List<TensorInfo> read = new ArrayList<>();
        for (long i = 0; i < count; i++) {
            String name = cursor.text(MAX_NAME_BYTES, "the name of tensor " + (i + 1));
            read.add(readTensor(cursor, name, path + ": tensor \"" + Printable.name(name) + "\""));
        }
        return read;
    }

    private TensorInfo readTensor(Cursor cursor, String name, String where) {
        int rank = cursor.i32("the sizes of a tensor");
        if (rank < 1 || rank > MAX_DIMS) {
            throw new InputException(where + ": has " + Integer.toUnsignedString(rank) + " dimensions, not 1 to "
                    + MAX_DIMS + "; the file is malformed");
        }
        long[] dims = new long[rank];
        for (int d = 0; d < rank; d++) {
            dims[d] = cursor.i64("the sizes of a tensor");
            if (dims[d] < 1) {
                throw new InputException(
                        where + ": has a size of " + Long.toUnsignedString(dims[d]) + "; the file is malformed");
            }
        }
        GgmlType type = GgmlType.of(cursor.i32("the type of a tensor"), where);
        long offset = cursor.i64("the offset of a tensor");
        if (dims[0] % type.blockValues() != 0) {
            throw new InputException(where + ": its rows of " + dims[0] + " values are no whole blocks of "
                    + type.blockValues() + " as " + type + " has them; the file is malformed");
        }
        try {
            long bytes = Math.multiplyExact(dims[0] / type.blockValues(), (long) type.blockBytes());
            for (int d = 1; d < rank; d++) {
                bytes = Math.multiplyExact(bytes, dims[d]);
            }
            return new TensorInfo(name, dims, type, offset, bytes);
        } catch (ArithmeticException e) {
            throw new InputException(where + ": the product of its sizes overflows; the file is malformed", e);
        }
    }

    /** Sorts by place and demands that the data be covered exactly once, padding apart. */
    private Map<String, TensorInfo> inDataOrder(List<TensorInfo> read, long alignment) {
        List<TensorInfo> sorted = new ArrayList<>(read);
        sorted.sort(Comparator.comparingLong(TensorInfo::offset));
        Map<String, TensorInfo> ordered = new LinkedHashMap<>();
        long dataBytes = Math.max(0, mapped.byteSize() - dataStart);
        long reached = 0;
        long end = 0;
        for (TensorInfo tensor : sorted) {
            String where = path + ": tensor \"" + Printable.name(tensor.name()) + "\"";
            if (tensor.offset() != reached) {
                String fault = tensor.offset() % alignment != 0
                        ? "is not aligned to " + alignment + " bytes"
                        : tensor.offset() < reached ? "overlaps the tensor before it" : "leaves a hole before it";
                throw new InputException(where + ": its data begins at " + Long.toUnsignedString(tensor.offset())
                        + " instead of " + reached + " and " + fault + "; the file is malformed");
            }
            if (tensor.bytes() > dataBytes - reached) {
                throw new InputException(where + ": needs " + tensor.bytes() + " bytes from " + reached
                        + " but the file has " + dataBytes + " bytes of data; it is torn, copy or download it again");
            }
            if (ordered.put(tensor.name(), tensor) != null) {
                throw new InputException(where + ": stands in the file twice; the file is malformed");
            }
            end = reached + tensor.bytes();
            reached = aligned(end, alignment);
        }
        if (dataBytes > reached) {
            throw new InputException(path + ": " + (dataBytes - end)
                    + " bytes follow the last tensor; the file is malformed, copy or download it again");
        }
        return Collections.unmodifiableMap(ordered);
    }

    private static long aligned(long position, long alignment) {
        return (position + alignment - 1) / alignment * alignment;
    }

    /** Unmaps. */
    @Override
    public void close() {
        bytes.close();
    }
}
