package dev.vivarium.engine.gguf;

import dev.vivarium.engine.base.InputException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Reads forward through a mapped file; every step is checked against the end of the file before it is made. */
final class Cursor {
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final MemorySegment file;
    private final String where;
    private long at;

    Cursor(MemorySegment file, String where, long at) {
        this.file = file;
        this.where = where;
        this.at = at;
    }

    /** Bytes from the start of the file. */
    long position() {
        return at;
    }

    long remaining() {
        return file.byteSize() - at;
    }

    int u8(String what) {
        return file.get(ValueLayout.JAVA_BYTE, step(1, what)) & 0xFF;
    }

    int u16(String what) {
        return file.get(SHORT, step(2, what)) & 0xFFFF;
    }

    int i32(String what) {
        return file.get(INT, step(4, what));
    }

    long i64(String what) {
        return file.get(LONG, step(8, what));
    }

    /**
     * A 64-bit number of things that take at least {@code leastBytes} each, and so cannot be more than fit.
     *
     * @param things for the error: {@code "values of "}
     * @param what for the error; apart from {@code things} because joining them for each of a million texts would cost memory
     */
    long count(int leastBytes, String things, String what) {
        long count = i64(what);
        if (count < 0 || count > remaining() / leastBytes) {
            throw new InputException(
                    where + ": states " + Long.toUnsignedString(count) + " " + things + what + " but only "
                            + remaining() + " bytes follow; the file is torn or malformed, copy or download it again");
        }
        return count;
    }

    /** Text with its length in front. */
    String text(int most, String what) {
        long length = count(1, "bytes of ", what);
        if (length > most) {
            throw new InputException(where + ": " + what + " has " + length + " bytes, more than the " + most
                    + " allowed; the file is malformed");
        }
        byte[] bytes = new byte[(int) length];
        MemorySegment.copy(file, ValueLayout.JAVA_BYTE, at, bytes, 0, bytes.length);
        at += length;
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(java.nio.ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new InputException(where + ": " + what + " is not valid UTF-8; the file is malformed", e);
        }
    }

    /** Passes over a text without reading it. */
    void skipText(String what) {
        long length = count(1, "bytes of ", what);
        at += length;
    }

    void skip(long bytes, String what) {
        step(bytes, what);
    }

    private long step(long bytes, String what) {
        if (bytes > remaining()) {
            throw new InputException(where + ": ends within " + what + "; the file is torn, copy or download it again");
        }
        long from = at;
        at += bytes;
        return from;
    }
}
