package dev.vivarium.engine.gguf;

import dev.vivarium.engine.base.InputException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The keys and values of a file. Values stay in the mapping until they are asked for, and it is remembered which were, so
 * that {@link #unread} can tell what of a file had no effect. One instance serves one thread.
 */
final class GgufMetadata {
    /** Longest text value read: far above a chat template. */
    private static final int MAX_TEXT_BYTES = 4_000_000;

    /** Longest list read: far above a vocabulary and its merges. */
    private static final int MAX_LIST = 10_000_000;

    private final String where;
    private final MemorySegment file;
    private final Map<String, Field> fields;
    private final Set<String> read = new HashSet<>();

    /**
     * A value and its place.
     *
     * @param element the type of the list's values; of a single value its own
     * @param count 1, or the length of the list
     * @param start where the first value begins
     */
    record Field(ValueType type, ValueType element, long count, long start) {}

    /** Takes texts one by one. */
    @FunctionalInterface
    interface TextSink {
        void take(String text) throws IOException;
    }

    GgufMetadata(String where, MemorySegment file, Map<String, Field> fields) {
        this.where = where;
        this.file = file;
        this.fields = fields;
    }

    /** The name of the file, for messages. */
    String where() {
        return where;
    }

    int size() {
        return fields.size();
    }

    boolean has(String key) {
        return fields.containsKey(key);
    }

    /** Keys nobody has asked for, in the order of the file. */
    List<String> unread() {
        return fields.keySet().stream().filter(key -> !read.contains(key)).toList();
    }

    /** Keys that begin so, in the order of the file. */
    List<String> startingWith(String prefix) {
        return fields.keySet().stream().filter(key -> key.startsWith(prefix)).toList();
    }

    Optional<String> text(String key) {
        Field field = single(key, "a text");
        if (field == null) {
            return Optional.empty();
        }
        if (field.type != ValueType.STRING) {
            throw wrongKind(key, "a text");
        }
        return Optional.of(cursor(field).text(MAX_TEXT_BYTES, "metadata \"" + key + "\""));
    }

    OptionalLong integer(String key) {
        Field field = single(key, "a whole number");
        if (field == null) {
            return OptionalLong.empty();
        }
        if (!field.type.isInteger()) {
            throw wrongKind(key, "a whole number");
        }
        return OptionalLong.of(integer(cursor(field), field.type, key));
    }

    /** The same for token ids and other numbers that must not be negative. */
    OptionalInt index(String key) {
        OptionalLong value = integer(key);
        if (value.isEmpty()) {
            return OptionalInt.empty();
        }
        if (value.getAsLong() < 0 || value.getAsLong() > Integer.MAX_VALUE) {
            throw new InputException(where + ": metadata \"" + key + "\" is " + value.getAsLong()
                    + ", out of range; the file is malformed");
        }
        return OptionalInt.of((int) value.getAsLong());
    }

    /**
     * A number; a 32-bit float becomes the shortest decimal that rounds to it, so that 1e-5 is not read as
     * 9.999999747378752e-6.
     */
    OptionalDouble number(String key) {
        Field field = single(key, "a number");
        if (field == null) {
            return OptionalDouble.empty();
        }
        Cursor cursor = cursor(field);
        if (field.type == ValueType.FLOAT32) {
            return OptionalDouble.of(Double.parseDouble(Float.toString(Float.intBitsToFloat(cursor.i32(key)))));
        }
        if (field.type == ValueType.FLOAT64) {
            return OptionalDouble.of(Double.longBitsToDouble(cursor.i64(key)));
        }
        if (!field.type.isInteger()) {
            throw wrongKind(key, "a number");
        }
        return OptionalDouble.of(integer(cursor, field.type, key));
    }

    Optional<Boolean> flag(String key) {
        Field field = single(key, "true or false");
        if (field == null) {
            return Optional.empty();
        }
        int value = field.type == ValueType.BOOL ? cursor(field).u8(key) : -1;
        if (value != 0 && value != 1) {
            throw wrongKind(key, "true or false");
        }
        return Optional.of(value == 1);
    }

    /** Hands out the texts of a list one by one, each at most {@code mostBytes} long; false where there is no list. */
    boolean eachText(String key, int mostBytes, TextSink sink) throws IOException {
        Field field = list(key);
        if (field == null) {
            return false;
        }
        if (field.element != ValueType.STRING) {
            throw wrongKind(key, "a list of texts");
        }
        Cursor cursor = cursor(field);
        for (long i = 0; i < field.count; i++) {
            sink.take(cursor.text(mostBytes, "value " + i + " of metadata \"" + key + "\""));
        }
        return true;
    }

    /** Length of a list; 0 where there is none. */
    long count(String key) {
        Field field = list(key);
        return field == null ? 0 : field.count;
    }

    /** A list of whole numbers that fit an int; null where there is none. */
    int @Nullable [] integers(String key) {
        Field field = list(key);
        if (field == null) {
            return null;
        }
        if (!field.element.isInteger()) {
            throw wrongKind(key, "a list of whole numbers");
        }
        Cursor cursor = cursor(field);
        int[] values = new int[(int) field.count];
        for (int i = 0; i < values.length; i++) {
            long value = integer(cursor, field.element, key);
            if (value != (int) value) {
                throw new InputException(
                        where + ": value " + i + " of metadata \"" + key + "\" is out of range; the file is malformed");
            }
            values[i] = (int) value;
        }
        return values;
    }

    /** A list of 32-bit floats; null where there is none. */
    float @Nullable [] floats(String key) {
        Field field = list(key);
        if (field == null) {
            return null;
        }
        if (field.element != ValueType.FLOAT32) {
            throw wrongKind(key, "a list of 32-bit floats");
        }
        Cursor cursor = cursor(field);
        float[] values = new float[(int) field.count];
        for (int i = 0; i < values.length; i++) {
            values[i] = Float.intBitsToFloat(cursor.i32(key));
        }
        return values;
    }

    InputException missing(String key) {
        return new InputException(where + ": metadata \"" + key
                + "\" is missing; take a whole conversion of the model, made by a current converter");
    }

    private @Nullable Field single(String key, String expected) {
        Field field = field(key);
        if (field != null && field.type == ValueType.ARRAY) {
            throw wrongKind(key, expected);
        }
        return field;
    }

    private @Nullable Field list(String key) {
        Field field = field(key);
        if (field != null && field.type != ValueType.ARRAY) {
            throw wrongKind(key, "a list");
        }
        if (field != null && field.count > MAX_LIST) {
            throw new InputException(where + ": metadata \"" + key + "\" has " + field.count + " values, more than the "
                    + MAX_LIST + " allowed; the file is malformed");
        }
        return field;
    }

    private @Nullable Field field(String key) {
        read.add(key);
        return fields.get(key);
    }

    private Cursor cursor(Field field) {
        return new Cursor(file, where, field.start);
    }

    private long integer(Cursor cursor, ValueType type, String key) {
        return switch (type) {
            case UINT8 -> cursor.u8(key);
            case INT8 -> (byte) cursor.u8(key);
            case UINT16 -> cursor.u16(key);
            case INT16 -> (short) cursor.u16(key);
            case UINT32 -> Integer.toUnsignedLong(cursor.i32(key));
            case INT32 -> cursor.i32(key);
            case INT64 -> cursor.i64(key);
            case UINT64 -> {
                long value = cursor.i64(key);
                if (value < 0) {
                    throw new InputException(
                            where + ": metadata \"" + key + "\" overflows 63 bits; the file is malformed");
                }
                yield value;
            }
            case FLOAT32, BOOL, STRING, ARRAY, FLOAT64 -> throw new IllegalArgumentException(type + " is no integer");
        };
    }

    private InputException wrongKind(String key, String expected) {
        Field field = fields.get(key);
        String is = field == null ? "absent" : field.type == ValueType.ARRAY ? "a list" : "of type " + field.type;
        return new InputException(where + ": metadata \"" + key + "\" is " + is + " but must be " + expected
                + "; take another conversion of the model");
    }
}
