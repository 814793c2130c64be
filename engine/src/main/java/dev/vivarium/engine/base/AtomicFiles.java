package dev.vivarium.engine.base;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * The one commit rule for files: write aside, force to disk, rename, force the parent.
 *
 * <p>A reader, and a process that starts after a crash, sees the old state or the new one, never a mixture. Names of
 * work in flight end in {@value #PARTIAL}; {@link #sweep} removes what a killed process left behind.
 */
public final class AtomicFiles {
    /** Suffix of files and directories that are not committed yet. */
    public static final String PARTIAL = ".partial";

    private AtomicFiles() {}

    /** Writes to a stream or fills a directory; may fail like any file operation. */
    @FunctionalInterface
    public interface Filler<T> {
        void fill(T target) throws IOException;
    }

    /** Replaces {@code target} by {@code text} in UTF-8. */
    public static void writeString(Path target, String text) throws IOException {
        write(target, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
    }

    /** Replaces {@code target} by what {@code filler} writes; parents are created. */
    public static void write(Path target, Filler<OutputStream> filler) throws IOException {
        Path parent = parentOf(target);
        Files.createDirectories(parent);
        Path partial = Files.createFile(aside(target, parent));
        try {
            try (FileChannel channel = FileChannel.open(partial, StandardOpenOption.WRITE);
                    OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16)) {
                filler.fill(out);
                out.flush();
                channel.force(true);
            }
            Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            forceDirectory(parent);
        } catch (FileSystemException e) {
            throw e;
        } catch (IOException e) { // a channel's errors do not say which file they are about
            throw named(target, e);
        } finally {
            Files.deleteIfExists(partial);
        }
    }

    /** The same error with the name of the file, for messages. */
    public static FileSystemException named(Path file, IOException error) {
        FileSystemException named = new FileSystemException(file.toString(), null, error.getMessage());
        named.initCause(error);
        return named;
    }

    /**
     * Creates directory {@code target} with everything {@code filler} puts into it, in one step.
     *
     * @throws IOException if {@code target} exists already or anything fails; then nothing of it remains
     */
    public static void writeDirectory(Path target, Filler<Path> filler) throws IOException {
        Path parent = parentOf(target);
        Files.createDirectories(parent);
        Path partial = Files.createDirectory(aside(target, parent));
        try {
            filler.fill(partial);
            forceTree(partial);
            Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE);
            forceDirectory(parent);
        } finally {
            if (Files.exists(partial)) {
                deleteTree(partial);
            }
        }
    }

    /** Removes leftovers of killed writers directly under {@code directory}; returns how many there were. */
    public static int sweep(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return 0;
        }
        int removed = 0;
        try (Stream<Path> children = Files.list(directory)) {
            for (Path child : children.toList()) {
                if (child.getFileName().toString().endsWith(PARTIAL)) {
                    deleteTree(child);
                    removed++;
                }
            }
        }
        return removed;
    }

    /** Deletes a file or a directory with all it holds; links are removed, not followed. */
    public static void deleteTree(Path root) throws IOException {
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(
                    Path directory, java.io.@org.jspecify.annotations.Nullable IOException error) throws IOException {
                if (error != null) {
                    throw error;
                }
                Files.delete(directory);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    /**
     * A name for work in flight that no other thread or process has. It is created like any file, so that it gets the
     * access rights its user wants: those of the platform's temporary files would shut out all others.
     */
    private static Path aside(Path target, Path parent) {
        return parent.resolve("." + target.getFileName() + "~" + UUID.randomUUID() + PARTIAL);
    }

    private static void forceTree(Path root) throws IOException {
        try (Stream<Path> all = Files.walk(root)) {
            for (Path path : all.toList()) {
                if (Files.isDirectory(path)) {
                    forceDirectory(path);
                } else {
                    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
                        channel.force(true);
                    }
                }
            }
        }
    }

    /** Forces a directory's entries to disk where the platform lets one open a directory (not on Windows). */
    static void forceDirectory(Path directory) throws IOException {
        if (System.getProperty("os.name", "").startsWith("Windows")) {
            return;
        }
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private static Path parentOf(Path target) {
        Path parent = target.toAbsolutePath().getParent();
        if (parent == null) {
            throw new IllegalArgumentException("no parent directory: " + target);
        }
        return parent;
    }
}
