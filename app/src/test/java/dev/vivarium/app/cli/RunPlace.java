package dev.vivarium.app.cli;

import dev.vivarium.engine.base.AtomicFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

/** A run of its own name in this module's {@code runs}, where calls inside the test process put it. */
final class RunPlace implements AutoCloseable {
    private static final Path RUNS = Path.of("runs");

    private final String name = "test-" + UUID.randomUUID();

    String name() {
        return name;
    }

    Path directory() {
        return RUNS.resolve(name);
    }

    @Override
    public void close() throws IOException {
        if (Files.exists(directory())) {
            AtomicFiles.deleteTree(directory());
        }
    }
}
