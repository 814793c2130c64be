package dev.vivarium.engine.weights;

import dev.vivarium.engine.base.InputException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A file mapped read-only until it is closed, for the readers of weight formats. */
public final class MappedBytes implements AutoCloseable {
    private final Arena arena;
    private final MemorySegment segment;

    private MappedBytes(Arena arena, MemorySegment segment) {
        this.arena = arena;
        this.segment = segment;
    }

    /** @throws InputException if there is no such file, or it cannot be read */
    @SuppressWarnings("MustBeClosedChecker") // the arena outlives this method: close() ends it
    public static MappedBytes open(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new InputException(file + ": no such file");
        }
        Arena arena = Arena.ofShared();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return new MappedBytes(arena, channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena));
        } catch (IOException e) {
            arena.close();
            throw new InputException(file + ": cannot be read (" + e.getMessage() + ")", e);
        } catch (RuntimeException e) {
            arena.close();
            throw e;
        }
    }

    /** All bytes of the file. */
    public MemorySegment segment() {
        return segment;
    }

    /** Unmaps, once; what still points into the bytes would crash the process. */
    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
