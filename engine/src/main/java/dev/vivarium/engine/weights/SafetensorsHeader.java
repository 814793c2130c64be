package dev.vivarium.engine.weights;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Json;
import dev.vivarium.engine.base.Printable;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The checked header of one safetensors file: what lies where.
 *
 * <p>A header that was accepted describes the file completely: entries follow each other without overlap or hole from
 * the first data byte to the last byte of the file, and each has exactly the bytes that shape and type demand. Offsets
 * in {@link Entry} count from {@code dataStart}, which counts from the start of the file.
 *
 * @param metadata the string-to-string map {@code __metadata__}, empty where the file has none
 * @param entries by tensor name, in the order of their data
 */
record SafetensorsHeader(long dataStart, Map<String, String> metadata, Map<String, Entry> entries) {
    /** Largest header the format allows, in bytes. */
    static final long MAX_HEADER_BYTES = 100_000_000;

    static final String METADATA_KEY = "__metadata__";

    /** Far above what libtorch works with; stops a header that is one long shape. */
    private static final int MAX_RANK = 64;

    /** One tensor: type, shape, and where its bytes begin and end (exclusive). */
    record Entry(Dtype dtype, long[] shape, long begin, long end) {
        long byteCount() {
            return end - begin;
        }
    }

    /** Reads and checks the header of {@code file}; nothing is allocated before its stated length was checked. */
    static SafetensorsHeader read(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new InputException(file + ": no such file");
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return read(channel, file);
        } catch (IOException e) {
            throw new InputException(file + ": cannot be read (" + e.getMessage() + ")", e);
        }
    }

    static SafetensorsHeader read(FileChannel channel, Path file) throws IOException {
        long size = channel.size();
        if (size < 8) {
            throw new InputException(
                    file + ": only " + size + " bytes, too short for a safetensors file; copy or download it again");
        }
        long length =
                readFully(channel, 0, 8, file).order(ByteOrder.LITTLE_ENDIAN).getLong(0);
        if (length < 0 || length > MAX_HEADER_BYTES) {
            throw new InputException(file + ": states a header of " + Long.toUnsignedString(length)
                    + " bytes, more than the " + MAX_HEADER_BYTES + " allowed; it is not a safetensors file");
        }
        if (length > size - 8) {
            throw new InputException(file + ": states a header of " + length + " bytes but only " + (size - 8)
                    + " follow; the file is torn, copy or download it again");
        }
        byte[] json = readFully(channel, 8, (int) length, file).array();
        return parse(json, size, file.toString());
    }

    /** Checks header text against the size of the whole file. */
    static SafetensorsHeader parse(byte[] json, long fileSize, String file) {
        if (json.length == 0 || json[0] != '{') {
            throw new InputException(file + ": the header does not start with '{'; it is not a safetensors file");
        }
        long dataStart = 8L + json.length;
        Map<String, String> metadata = new LinkedHashMap<>();
        Map<String, Entry> entries = new LinkedHashMap<>();
        InputStreamReader utf8 = new InputStreamReader(
                new ByteArrayInputStream(json),
                StandardCharsets.UTF_8
                        .newDecoder()
                        .onMalformedInput(CodingErrorAction.REPORT)
                        .onUnmappableCharacter(CodingErrorAction.REPORT));
        try (JsonParser parser = Json.mapper().getFactory().createParser(utf8)) {
            expect(parser.nextToken(), JsonToken.START_OBJECT, file + ": the header", "an object");
            for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
                parser.nextToken();
                if (name.equals(METADATA_KEY)) {
                    readMetadata(parser, metadata, file);
                } else {
                    entries.put(name, readEntry(parser, where(file, name)));
                }
            }
            if (parser.nextToken() != null) {
                throw new InputException(file + ": text follows the header's closing '}'; the file is malformed");
            }
        } catch (JsonProcessingException e) {
            throw new InputException(file + ": the header is malformed JSON: " + Json.complaint(e), e);
        } catch (CharacterCodingException e) {
            throw new InputException(file + ": the header is not valid UTF-8; the file is malformed", e);
        } catch (IOException e) {
            throw new InputException(file + ": the header cannot be read (" + e.getMessage() + ")", e);
        }
        return new SafetensorsHeader(dataStart, metadata, inDataOrder(entries, fileSize - dataStart, file));
    }

    private static void readMetadata(JsonParser parser, Map<String, String> metadata, String file) throws IOException {
        expect(parser.currentToken(), JsonToken.START_OBJECT, file + ": " + METADATA_KEY, "an object of strings");
        for (String key = parser.nextFieldName(); key != null; key = parser.nextFieldName()) {
            String at = file + ": " + METADATA_KEY + " \"" + shown(key) + "\"";
            expect(parser.nextToken(), JsonToken.VALUE_STRING, at, "a string");
            metadata.put(key, parser.getText());
        }
    }

    private static Entry readEntry(JsonParser parser, String where) throws IOException {
        expect(parser.currentToken(), JsonToken.START_OBJECT, where, "an object");
        Dtype dtype = null;
        long[] shape = null;
        long[] offsets = null;
        for (String key = parser.nextFieldName(); key != null; key = parser.nextFieldName()) {
            JsonToken token = parser.nextToken();
            switch (key) {
                case "dtype" -> {
                    expect(token, JsonToken.VALUE_STRING, where + ": dtype", "a string");
                    dtype = Dtype.parse(parser.getText(), where);
                }
                case "shape" -> shape = readNumbers(parser, MAX_RANK, where + ": shape");
                case "data_offsets" -> offsets = readNumbers(parser, 2, where + ": data_offsets");
                default ->
                    throw new InputException(
                            where + ": unknown key \"" + shown(key) + "\"; expected dtype, shape and data_offsets");
            }
        }
        if (dtype == null || shape == null || offsets == null || offsets.length != 2) {
            throw new InputException(where + ": needs dtype, shape and two data_offsets; the file is malformed");
        }
        return checked(dtype, shape, offsets[0], offsets[1], where);
    }

    private static Entry checked(Dtype dtype, long[] shape, long begin, long end, String where) {
        if (end < begin) {
            throw new InputException(
                    where + ": its data ends (" + end + ") before it begins (" + begin + "); the file is malformed");
        }
        long bytes = 1;
        try {
            for (long size : shape) {
                bytes = Math.multiplyExact(bytes, size);
            }
            bytes = Math.multiplyExact(bytes, (long) dtype.bytes());
        } catch (ArithmeticException e) {
            throw new InputException(where + ": the size of its shape overflows; the file is malformed", e);
        }
        if (bytes != end - begin) {
            throw new InputException(where + ": shape and dtype need " + bytes + " bytes but data_offsets give "
                    + (end - begin) + "; the file is malformed");
        }
        return new Entry(dtype, shape, begin, end);
    }

    private static long[] readNumbers(JsonParser parser, int most, String where) throws IOException {
        expect(parser.currentToken(), JsonToken.START_ARRAY, where, "an array of whole numbers");
        List<Long> numbers = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            expect(parser.currentToken(), JsonToken.VALUE_NUMBER_INT, where, "an array of whole numbers");
            if (parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
                throw new InputException(where + ": a number overflows 63 bits; the file is malformed");
            }
            long number = parser.getLongValue();
            if (number < 0) {
                throw new InputException(where + ": negative number " + number + "; the file is malformed");
            }
            if (numbers.size() == most) {
                throw new InputException(where + ": more than " + most + " numbers; the file is malformed");
            }
            numbers.add(number);
        }
        return numbers.stream().mapToLong(Long::longValue).toArray();
    }

    /** Sorts by place and demands that the data be covered exactly once. */
    private static Map<String, Entry> inDataOrder(Map<String, Entry> entries, long dataBytes, String file) {
        List<Map.Entry<String, Entry>> sorted = new ArrayList<>(entries.entrySet());
        sorted.sort(Comparator.<Map.Entry<String, Entry>>comparingLong(
                        e -> e.getValue().begin())
                .thenComparingLong(e -> e.getValue().end()));
        Map<String, Entry> ordered = new LinkedHashMap<>();
        long reached = 0;
        for (Map.Entry<String, Entry> named : sorted) {
            Entry entry = named.getValue();
            if (entry.begin() != reached) {
                String fault = entry.begin() < reached ? "overlaps the tensor before it" : "leaves a hole before it";
                throw new InputException(where(file, named.getKey()) + ": its data begins at " + entry.begin()
                        + " instead of " + reached + " and " + fault + "; the file is malformed");
            }
            reached = entry.end();
            ordered.put(named.getKey(), entry);
        }
        if (reached != dataBytes) {
            String fault = reached > dataBytes ? "the file is torn" : "bytes follow the last tensor";
            throw new InputException(file + ": the header describes " + reached + " bytes of data but the file has "
                    + dataBytes + " (" + fault + "); copy or download it again");
        }
        return ordered;
    }

    private static void expect(@Nullable JsonToken actual, JsonToken expected, String where, String what) {
        if (actual != expected) {
            throw new InputException(where + ": expected " + what + "; the file is malformed");
        }
    }

    static String where(String file, String tensor) {
        return file + ": tensor \"" + shown(tensor) + "\"";
    }

    /** A name from a file made safe for one line of a message: short, without control characters. */
    static String shown(String name) {
        return Printable.name(name);
    }

    private static ByteBuffer readFully(FileChannel channel, long position, int count, Path file) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(count);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, position + buffer.position()) < 0) {
                throw new InputException(file + ": ended while it was read; copy or download it again");
            }
        }
        return buffer.flip();
    }
}
