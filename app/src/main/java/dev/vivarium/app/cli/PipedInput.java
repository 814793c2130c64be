package dev.vivarium.app.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** One line after the other from another program or a file; Ctrl-C ends the process as for other commands. */
final class PipedInput implements ChatInput {
    private final BufferedReader lines;

    PipedInput(InputStream in) {
        this.lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
    }

    @Override
    public @Nullable String next() throws IOException {
        return lines.readLine();
    }

    @Override
    public void answering() {
        // nobody is there to break it off
    }

    @Override
    public boolean unwanted() {
        return false;
    }

    @Override
    public void close() {
        // the stream is the process's
    }
}
