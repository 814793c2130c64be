package dev.vivarium.lab.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Json;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * A file of one JSON record per line that survives {@code kill -9}: records are appended whole, and a torn last line
 * is cut off when the file is opened again.
 *
 * <p>A line counts when its newline is there and it parses. A line that ends in a newline but does not parse can only
 * be the last one (a lost page after a power cut); anywhere else the file was edited, which is an input error.
 *
 * @param <T> the record of a line
 */
public final class JsonLog<T> implements Closeable {
    private static final int FORCE_EVERY = 256;

    private final Path file;
    private final FileChannel channel;
    private int unforced;

    private JsonLog(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /** Opens for appending; what is there stays, except a torn last line. */
    public static <T> JsonLog<T> append(Path file, Class<T> type) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            long whole = scan(file, type).bytes();
            channel.truncate(whole);
            channel.position(whole);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
        return new JsonLog<>(file, channel);
    }

    /** All whole lines; an absent file has none. */
    public static <T> List<T> read(Path file, Class<T> type) throws IOException {
        return Files.exists(file) ? scan(file, type).records() : List.of();
    }

    /** Appends a record; once this returns, {@code kill -9} does not lose it. */
    public void add(T value) throws IOException {
        ByteBuffer line = ByteBuffer.wrap((Json.line(value) + "\n").getBytes(StandardCharsets.UTF_8));
        long start = channel.position();
        try {
            while (line.hasRemaining()) {
                channel.write(line);
            }
        } catch (IOException e) {
            // A full disk may have taken half a line; what follows must not be glued to it.
            channel.truncate(start);
            throw new IOException(
                    file + ": cannot be written (" + e.getMessage() + "); make room, then add --resume", e);
        }
        if (++unforced >= FORCE_EVERY) {
            force();
        }
    }

    /** Forces what was added to the disk, so that a power cut does not lose it either. */
    public void force() throws IOException {
        if (unforced > 0) {
            channel.force(false);
            unforced = 0;
        }
    }

    @Override
    public void close() throws IOException {
        if (!channel.isOpen()) {
            return;
        }
        try {
            force();
        } finally {
            channel.close();
        }
    }

    private record Scan<T>(List<T> records, long bytes) {}

    private static <T> Scan<T> scan(Path file, Class<T> type) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        List<T> records = new ArrayList<>();
        int start = 0;
        for (int end = newline(bytes, start); end >= 0; end = newline(bytes, start)) {
            try {
                records.add(Json.mapper().readValue(bytes, start, end - start, type));
            } catch (JsonProcessingException e) {
                if (newline(bytes, end + 1) >= 0) {
                    throw new InputException(
                            file + ":" + (records.size() + 1) + ": not a line this program wrote ("
                                    + e.getOriginalMessage().lines().findFirst().orElse("") + "); restore the file or"
                                    + " start over with --force",
                            e);
                }
                break;
            }
            start = end + 1;
        }
        return new Scan<>(records, start);
    }

    private static int newline(byte[] bytes, int from) {
        for (int i = from; i < bytes.length; i++) {
            if (bytes[i] == '\n') {
                return i;
            }
        }
        return -1;
    }
}
