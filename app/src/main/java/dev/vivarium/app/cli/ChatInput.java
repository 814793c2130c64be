package dev.vivarium.app.cli;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Where the lines of a chat come from, and the wish to break an answer off. */
interface ChatInput extends AutoCloseable {
    /**
     * The next line; null at the end.
     *
     * @throws Interruption.Stopped if the user wants to leave by Ctrl-C
     */
    @Nullable
    String next() throws IOException;

    /** An answer begins: a wish to break it off counts from now on. */
    void answering();

    /** Whether the answer that began last is to be broken off. */
    boolean unwanted();

    @Override
    void close() throws IOException;
}
