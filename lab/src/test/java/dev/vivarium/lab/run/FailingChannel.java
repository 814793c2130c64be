package dev.vivarium.lab.run;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import org.jspecify.annotations.Nullable;

/** A channel of {@link FailingFiles} that writes. Forcing is counted but not done: no test here pulls a plug. */
final class FailingChannel extends FileChannel {
    private final FileChannel real;
    private final FailingFiles files;

    FailingChannel(FileChannel real, FailingFiles files) {
        this.real = real;
        this.files = files;
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
        if (files.strikes(true)) {
            real.write(source.slice(source.position(), source.remaining() / 2));
            throw new IOException(files.reason()); // without a name, as the JDK's own
        }
        return real.write(source);
    }

    @Override
    public void force(boolean metadata) throws IOException {
        if (files.strikes(false)) {
            throw new IOException(files.reason());
        }
    }

    @Override
    public FileChannel truncate(long size) throws IOException {
        if (size < real.size() && files.strikes(false)) {
            throw new IOException(files.reason());
        }
        real.truncate(size);
        return this;
    }

    @Override
    public long write(ByteBuffer[] sources, int offset, int length) {
        throw FailingFiles.unused();
    }

    @Override
    public int write(ByteBuffer source, long position) {
        throw FailingFiles.unused();
    }

    @Override
    public long transferFrom(ReadableByteChannel source, long position, long count) {
        throw FailingFiles.unused();
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        return real.read(target);
    }

    @Override
    public long read(ByteBuffer[] targets, int offset, int length) {
        throw FailingFiles.unused();
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
        throw FailingFiles.unused();
    }

    @Override
    public MappedByteBuffer map(MapMode mode, long position, long size) {
        throw FailingFiles.unused();
    }

    @Override
    public FileLock lock(long position, long size, boolean shared) {
        throw FailingFiles.unused();
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
