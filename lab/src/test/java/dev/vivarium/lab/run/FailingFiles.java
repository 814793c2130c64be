package dev.vivarium.lab.run;

import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.channels.WritableByteChannel;
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
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
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
        return new Wrapped(path);
    }

    private @Nullable Path orNull(@Nullable Path path) {
        return path == null ? null : path(path);
    }

    private static Path real(Path path) {
        return path instanceof Wrapped wrapped ? wrapped.real : path;
    }

    private boolean strikes(boolean needsSpace) {
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

    private String reason() {
        return fault == Fault.FULL_DISK ? "No space left on device" : "Input/output error";
    }

    /** A path of this file system. */
    private final class Wrapped implements Path {
        private final Path real;

        Wrapped(Path real) {
            this.real = real;
        }

        @Override
        public FileSystem getFileSystem() {
            return FailingFiles.this;
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
            return o instanceof Wrapped w && real.equals(w.real);
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
            throw unused();
        }
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
            return options.contains(StandardOpenOption.WRITE) ? new Channel(channel) : channel;
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

    /** A channel that writes. Forcing is counted but not done: no test here pulls a plug. */
    private final class Channel extends FileChannel {
        private final FileChannel real;

        Channel(FileChannel real) {
            this.real = real;
        }

        @Override
        public int write(ByteBuffer source) throws IOException {
            if (strikes(true)) {
                real.write(source.slice(source.position(), source.remaining() / 2));
                throw new IOException(reason()); // without a name, as the JDK's own
            }
            return real.write(source);
        }

        @Override
        public void force(boolean metadata) throws IOException {
            if (strikes(false)) {
                throw new IOException(reason());
            }
        }

        @Override
        public FileChannel truncate(long size) throws IOException {
            if (size < real.size() && strikes(false)) {
                throw new IOException(reason());
            }
            real.truncate(size);
            return this;
        }

        @Override
        public long write(ByteBuffer[] sources, int offset, int length) {
            throw unused();
        }

        @Override
        public int write(ByteBuffer source, long position) {
            throw unused();
        }

        @Override
        public long transferFrom(ReadableByteChannel source, long position, long count) {
            throw unused();
        }

        @Override
        public int read(ByteBuffer target) throws IOException {
            return real.read(target);
        }

        @Override
        public long read(ByteBuffer[] targets, int offset, int length) {
            throw unused();
        }

        @Override
        public int read(ByteBuffer target, long at) throws IOException {
            return real.read(target, at);
        }

        @Override
        public long position() throws IOException {
            return real.position();
        }

        @Override
        public FileChannel position(long at) throws IOException {
            real.position(at);
            return this;
        }

        @Override
        public long size() throws IOException {
            return real.size();
        }

        @Override
        public long transferTo(long position, long count, WritableByteChannel target) {
            throw unused();
        }

        @Override
        public MappedByteBuffer map(MapMode mode, long position, long size) {
            throw unused();
        }

        @Override
        public FileLock lock(long position, long size, boolean shared) {
            throw unused();
        }

        @Override
        public @Nullable FileLock tryLock(long position, long size, boolean shared) throws IOException {
            return real.tryLock(position, size, shared);
        }

        @Override
        protected void implCloseChannel() throws IOException {
            real.close();
        }
    }

    private static UnsupportedOperationException unused() {
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
