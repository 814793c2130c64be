package dev.vivarium.lab.hub;

import dev.vivarium.engine.base.AtomicFiles;
import dev.vivarium.lab.net.Waiting;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The right to fetch one blob: a lock of the operating system on the file that Python locks too.
 *
 * <p>On Linux Python takes another kind of lock, so the two do not see each other there. Nothing breaks: Python writes
 * under a name of its own, and {@link BlobTransfer} notices when someone else writes to its file.
 */
final class BlobLock implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(200);

    private final FileChannel channel;

    private BlobLock(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * Waits for the lock.
     *
     * @param busy is told when another process holds it
     */
    static BlobLock take(Path file, Waiting waiting, Runnable busy) throws IOException, InterruptedException {
        Files.createDirectories(Objects.requireNonNull(file.getParent()));
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        boolean taken = false;
        try {
            while (tryLock(channel, file) == null) {
                busy.run();
                waiting.sleeper().sleep(POLL);
            }
            taken = true;
            return new BlobLock(channel);
        } finally {
            if (!taken) {
                channel.close();
            }
        }
    }

    private static @Nullable FileLock tryLock(FileChannel channel, Path file) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException _) {
            return null;
        } catch (IOException e) {
            throw AtomicFiles.named(file, e);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
