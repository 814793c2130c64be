package dev.vivarium.engine.weights;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.tensor.Tensors;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** One safetensors file mapped read-only; its tensors point into the mapping. */
final class MappedFile implements AutoCloseable {
    private final Path file;
    private final SafetensorsHeader header;
    private final Arena arena;
    private final MemorySegment segment;

    private MappedFile(Path file, SafetensorsHeader header, Arena arena, MemorySegment segment) {
        this.file = file;
        this.header = header;
        this.arena = arena;
        this.segment = segment;
    }

    @SuppressWarnings("MustBeClosedChecker") // the arena outlives this method: close() ends it
    static MappedFile open(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new InputException(file + ": no such file");
        }
        Arena arena = Arena.ofShared();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            SafetensorsHeader header = SafetensorsHeader.read(channel, file);
            MemorySegment segment = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
            return new MappedFile(file, header, arena, segment);
        } catch (IOException e) {
            arena.close();
            throw new InputException(file + ": cannot be read (" + e.getMessage() + ")", e);
        } catch (RuntimeException e) {
            arena.close();
            throw e;
        }
    }

    Path file() {
        return file;
    }

    SafetensorsHeader header() {
        return header;
    }

    /** A tensor over the mapped bytes that no {@link PointerScope} owns; release it by {@code releaseReference}. */
    Tensor tensor(SafetensorsHeader.Entry entry) {
        return tensor(entry, segment.asSlice(header.dataStart() + entry.begin(), entry.byteCount()));
    }

    /**
     * A copy of the values in another type, kept. They are read through a mapping that ends with this method, because pages
     * of a mapping that were touched count as the process's own memory.
     */
    Tensor converted(SafetensorsHeader.Entry entry, ScalarType type) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
                Arena own = Arena.ofConfined();
                PointerScope scope = new PointerScope()) {
            MemorySegment data = channel.map(
                    FileChannel.MapMode.READ_ONLY, header.dataStart() + entry.begin(), entry.byteCount(), own);
            Tensor stored = tensor(entry, data);
            try {
                return Tensors.keep(stored.to(type));
            } finally {
                Tensors.free(stored);
            }
        } catch (IOException e) {
            throw new InputException(file + ": cannot be read (" + e.getMessage() + ")", e);
        }
    }

    private static Tensor tensor(SafetensorsHeader.Entry entry, MemorySegment data) {
        try (PointerScope scope = new PointerScope()) {
            TensorOptions options = new TensorOptions(entry.dtype().scalarType());
            Tensor tensor;
            if (entry.byteCount() > 0 && data.address() % entry.dtype().bytes() == 0) {
                tensor = torch.from_blob(new Address(data.address()), entry.shape(), options);
            } else {
                // Old writers do not pad the header; kernels may demand aligned elements, so such data is copied.
                tensor = torch.empty(entry.shape(), options, null);
                if (entry.byteCount() > 0) {
                    MemorySegment.ofAddress(tensor.data_ptr().address())
                            .reinterpret(entry.byteCount())
                            .copyFrom(data);
                }
            }
            tensor.retainReference();
            return tensor;
        }
    }

    /** Unmaps, once; a tensor of this file that is still used afterwards would crash the process. */
    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }

    /** An address as JavaCPP wants it. */
    private static final class Address extends Pointer {
        Address(long address) {
            super((Pointer) null);
            this.address = address;
        }
    }
}
