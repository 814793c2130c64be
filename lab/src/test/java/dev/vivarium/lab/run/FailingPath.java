package dev.vivarium.lab.run;

import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import org.jspecify.annotations.Nullable;

/** A path of {@link FailingFiles}. */
final class FailingPath implements Path {
    private final Path real;
    private final FailingFiles files;

    FailingPath(Path real, FailingFiles files) {
        this.real = real;
        this.files = files;
    }

    /** The path without the file system around it. */
    static Path real(Path path) {
        return path instanceof FailingPath failing ? failing.real : path;
    }

    private Path path(Path path) {
        return new FailingPath(path, files);
    }

    private @Nullable Path orNull(@Nullable Path path) {
        return path == null ? null : path(path);
    }

    @Override
    public FileSystem getFileSystem() {
        return files;
    }

    @Override
    public boolean isAbsolute() {
        return real.isAbsolute();
    }

    @Override
    public @Nullable Path getRoot() {
        return orNull(real.getRoot());
    }

    @Override
    public @Nullable Path getFileName() {
        return orNull(real.getFileName());
    }

    @Override
    public @Nullable Path getParent() {
        return orNull(real.getParent());
    }

    @Override
    public int getNameCount() {
        return real.getNameCount();
    }

    @Override
    public Path getName(int index) {
        return path(real.getName(index));
    }

    @Override
    public Path subpath(int from, int to) {
        return path(real.subpath(from, to));
    }

    @Override
    public boolean startsWith(Path other) {
        return real.startsWith(real(other));
    }

    @Override
    public boolean endsWith(Path other) {
        return real.endsWith(real(other));
    }

    @Override
    public Path normalize() {
        return path(real.normalize());
    }

    @Override
    public Path resolve(Path other) {
        return path(real.resolve(real(other)));
    }

    @Override
    public Path relativize(Path other) {
        return path(real.relativize(real(other)));
    }

    @Override
    public URI toUri() {
        return real.toUri();
    }

    @Override
    public Path toAbsolutePath() {
        return path(real.toAbsolutePath());
    }

    @Override
    public Path toRealPath(LinkOption... o) throws IOException {
        return path(real.toRealPath(o));
    }

    @Override
    public int compareTo(Path other) {
        return real.compareTo(real(other));
    }

    @Override
    public boolean equals(@Nullable Object o) {
        return o instanceof FailingPath path && real.equals(path.real);
    }

    @Override
    public int hashCode() {
        return real.hashCode();
    }

    @Override
    public String toString() {
        return real.toString();
    }

    @Override
    public WatchKey register(WatchService watcher, WatchEvent.Kind<?>[] events, WatchEvent.Modifier... modifiers) {
        throw FailingFiles.unused();
    }
}
