package dev.vivarium.lab.data;

import dev.vivarium.engine.base.InputException;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** The lines of a JSONL file, streamed, each checked to be UTF-8 of bounded length; blank lines are passed over. */
public final class JsonLines implements Closeable {
    /** A longer line is a file of another format: no conversation needs 16 MiB. */
    static final int MAX_LINE_BYTES = 16 << 20;

    private final Path file;
    private final InputStream in;
    private int number;
    private String text = "";

    public JsonLines(Path file) throws IOException {
        this.file = file;
        this.in = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
    }

    /** Moves to the next line that is not blank; false at the end of the file. */
    public boolean next() throws IOException {
        while (true) {
            ByteArrayOutputStream line = new ByteArrayOutputStream(512);
            int b = in.read();
            if (b < 0) {
                return false;
            }
            number++;
            while (b >= 0 && b != '\n') {
                if (line.size() == MAX_LINE_BYTES) {
                    throw error("longer than " + (MAX_LINE_BYTES >> 20)
                            + " MiB; write one conversation a line, lines ended by a newline");
                }
                line.write(b);
                b = in.read();
            }
            text = decode(line.toByteArray());
            if (!text.isBlank()) {
                return true;
            }
        }
    }

    /** The current line. */
    public String text() {
        return text;
    }

    /** Number of the current line, from 1. */
    public int number() {
        return number;
    }

    InputException error(String what) {
        return new InputException(file + " line " + number + ": " + what);
    }

    private String decode(byte[] bytes) {
        String decoded;
        try {
            decoded = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw error("not UTF-8; save the file in that encoding");
        }
        // Editors on Windows put a byte order mark before the first line; it is no part of the JSON.
        return number == 1 && decoded.startsWith("\uFEFF") ? decoded.substring(1) : decoded;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
