package dev.vivarium.lab.run;

import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessMode;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.FileSystemException;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.StandardOpenOption;
import java.nio.file.WatchService;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.spi.FileSystemProvider;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Real files through a file system whose N-th change fails, after SQLite's I/O error tests; the program's own code is
 * used as it is, since whatever opens or changes a file asks the path's provider.
 */
final class FailingFiles extends FileSystem {
    /** What fails. */
    enum Fault {
        /** The N-th thing that needs space and all after it, a write after half of its bytes; the rest works. */
        FULL_DISK,
        /** The N-th change of any kind, once. */
        ERROR
    }

    private final FileSystem real;
    private final Provider provider;
    private final Fault fault;
    private final int failing;
    private int changes;

    private FailingFiles(Path real, Fault fault, int failing) {
        this.real = real.getFileSystem();
        this.provider = new Provider(this.real.provider());
        this.fault = fault;
        this.failing = failing;
    }

    /** The same place as {@code real}, reached through a new file system. */
    static Path at(Path real, Fault fault, int failing) {
        return new FailingFiles(real, fault, failing).path(real);
    }

    /** Whether the fault has struck. */
    static boolean struck(Path path) {
        FailingFiles files = (FailingFiles) path.getFileSystem();
        return files.changes >= files.failing;
    }

    private Path path(Path path) {
        return new FailingPath(path, this);
    }

    private static Path real(Path path) {
        return FailingPath.real(path);
    }

    boolean strikes(boolean needsSpace) {
        if (fault == Fault.FULL_DISK) {
            return needsSpace && ++changes >= failing;
        }
        return ++changes == failing;
    }

    private void change(Path path, boolean needsSpace) throws IOException {
        if (strikes(needsSpace)) {
            throw new FileSystemException(path.toString(), null, reason());
        }
    }

    String reason() {
        return fault == Fault.FULL_DISK ? "No space left on device" : "Input/output error";
    }

    /** The provider: the real one, asked after the fault had its say. */
    private final class Provider extends FileSystemProvider {
        private final FileSystemProvider real;

        Provider(FileSystemProvider real) {
            this.real = real;
        }

        @Override
        public FileChannel newFileChannel(Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
                throws IOException {
            FileChannel channel = real.newFileChannel(real(path), options, attributes);
            return options.contains(StandardOpenOption.WRITE)
                    ? new FailingChannel(channel, FailingFiles.this)
                    : channel;
        }

        @Override
        public SeekableByteChannel newByteChannel(
                Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes) throws IOException {
            if (!options.contains(StandardOpenOption.WRITE)) {
                return real.newByteChannel(real(path), options, attributes);
            }
            change(path, true);
            return newFileChannel(path, options, attributes);
        }

        @Override
        public DirectoryStream<Path> newDirectoryStream(Path directory, DirectoryStream.Filter<? super Path> filter)
                throws IOException {
            List<Path> children = new ArrayList<>();
            try (var found = real.newDirectoryStream(real(directory), child -> filter.accept(path(child)))) {
                found.forEach(child -> children.add(path(child)));
            }
            return new DirectoryStream<>() {
                @Override
                public Iterator<Path> iterator() {
                    return children.iterator();
                }

                @Override
                public void close() {}
            };
        }

        @Override
        public void createDirectory(Path directory, FileAttribute<?>... attributes) throws IOException {
            change(directory, true);
            real.createDirectory(real(directory), attributes);
        }

        @Override
        public void delete(Path path) throws IOException {
            real.checkAccess(real(path)); // what is not there is no change
            change(path, false);
            real.delete(real(path));
        }

        @Override
        public void move(Path source, Path target, CopyOption... options) throws IOException {
            change(target, false);
            real.move(real(source), real(target), options);
        }

        @Override
        public void copy(Path source, Path target, CopyOption... options) {
            throw unused();
        }

        @Override
        public String getScheme() {
            return "failing";
        }

        @Override
        public boolean isSameFile(Path a, Path b) {
            return real(a).equals(real(b));
        }

        @Override
        public boolean isHidden(Path path) throws IOException {
            return real.isHidden(real(path));
        }

        @Override
        public FileStore getFileStore(Path path) throws IOException {
            return real.getFileStore(real(path));
        }

        @Override
        public void checkAccess(Path path, AccessMode... modes) throws IOException {
            real.checkAccess(real(path), modes);
        }

        @Override
        public <A extends BasicFileAttributes> A readAttributes(Path path, Class<A> type, LinkOption... options)
                throws IOException {
            return real.readAttributes(real(path), type, options);
        }

        @Override
        public <V extends FileAttributeView> @Nullable V getFileAttributeView(
                Path path, Class<V> type, LinkOption... options) {
            return real.getFileAttributeView(real(path), type, options);
        }

        @Override
        public Map<String, Object> readAttributes(Path path, String names, LinkOption... options) throws IOException {
            return real.readAttributes(real(path), names, options);
        }

        @Override
        public void setAttribute(Path path, String name, Object value, LinkOption... o) {
            throw unused();
        }

        @Override
        public FileSystem newFileSystem(URI uri, Map<String, ?> settings) {
            throw unused();
        }

        @Override
        public FileSystem getFileSystem(URI uri) {
            throw unused();
        }

        @Override
        public Path getPath(URI uri) {
            throw unused();
        }
    }

    static UnsupportedOperationException unused() {
        return new UnsupportedOperationException("the program does not use this; write it if it begins to");
    }

    @Override
    public FileSystemProvider provider() {
        return provider;
    }

    @Override
    public Path getPath(String first, String... more) {
        return path(real.getPath(first, more));
    }

    @Override
    public boolean isOpen() {
        return true;
    }

    @Override
    public boolean isReadOnly() {
        return false;
    }

    @Override
    public String getSeparator() {
        return real.getSeparator();
    }

    @Override
    public Set<String> supportedFileAttributeViews() {
        return real.supportedFileAttributeViews();
    }

    @Override
    public Iterable<Path> getRootDirectories() {
        throw unused();
    }

    @Override
    public Iterable<FileStore> getFileStores() {
        throw unused();
    }

    @Override
    public PathMatcher getPathMatcher(String pattern) {
        throw unused();
    }

    @Override
    public UserPrincipalLookupService getUserPrincipalLookupService() {
        throw unused();
    }

    @Override
    public WatchService newWatchService() {
        throw unused();
    }

    @Override
    public void close() {}
}
