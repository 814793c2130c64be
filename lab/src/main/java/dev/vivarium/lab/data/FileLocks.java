package dev.vivarium.lab.data;

import dev.vivarium.engine.base.InputException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Keeps two processes from writing the same results. The lock is the system's, so a killed process leaves none behind. */
public final class FileLocks {
    private FileLocks() {}

    /**
     * Takes the lock that a file stands for; closing the channel gives it back.
     *
     * @param file made if it is not there, and left there
     * @param refusal what is said if another process has the lock
     * @throws InputException in that case
     */
    public static FileChannel take(Path file, String refusal) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        boolean taken = false;
        try {
            taken = channel.tryLock() != null;
        } catch (OverlappingFileLockException _) {
            // another thread of this process has it
        } finally {
            if (!taken) {
                channel.close();
            }
        }
        if (!taken) {
            throw new InputException(refusal);
        }
        return channel;
    }
}
