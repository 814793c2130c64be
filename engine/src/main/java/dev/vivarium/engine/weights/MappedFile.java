package dev.vivarium.engine.weights;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.tensor.Tensors;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.Function;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;

/** One safetensors file mapped read-only; its tensors point into the mapping. */
final class MappedFile implements AutoCloseable {
    private final Path file;
    private final SafetensorsHeader header;
    private final MappedBytes bytes;

    private MappedFile(Path file, SafetensorsHeader header, MappedBytes bytes) {
        this.file = file;
        this.header = header;
        this.bytes = bytes;
    }

    static MappedFile open(Path file) {
        MappedBytes bytes = MappedBytes.open(file);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return new MappedFile(file, SafetensorsHeader.read(channel, file), bytes);
        } catch (IOException e) {
            bytes.close();
            throw unreadable(file, e);
        } catch (RuntimeException e) {
            bytes.close();
            throw e;
        }
    }

    private static InputException unreadable(Path file, IOException e) {
        return new InputException(file + ": cannot be read (" + e.getMessage() + ")", e);
    }

    Path file() {
        return file;
    }

    SafetensorsHeader header() {
        return header;
    }

    /** A tensor over the mapped bytes that no {@link PointerScope} owns; release it by {@code releaseReference}. */
    Tensor tensor(SafetensorsHeader.Entry entry) {
        return tensor(entry, data(entry));
    }

    /** Gives the pages of a tensor back, which count as the process's own memory once they were touched. */
    void unload(SafetensorsHeader.Entry entry) {
        data(entry).unload();
    }

    private MemorySegment data(SafetensorsHeader.Entry entry) {
        return bytes.segment().asSlice(header.dataStart() + entry.begin(), entry.byteCount());
    }

    /**
     * What is made of the values in a scope of its own, where the stored tensor ends. They are read through a mapping that ends
     * with this method, because pages of a mapping that were touched count as the process's own memory.
     */
    <T> T reading(SafetensorsHeader.Entry entry, Function<Tensor, T> make) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
                Arena own = Arena.ofConfined();
                PointerScope scope = new PointerScope()) {
            MemorySegment data = channel.map(
                    FileChannel.MapMode.READ_ONLY, header.dataStart() + entry.begin(), entry.byteCount(), own);
            Tensor stored = tensor(entry, data);
            try {
                return make.apply(stored);
            } finally {
                Tensors.free(stored);
            }
        } catch (IOException e) {
            throw unreadable(file, e);
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
        bytes.close();
    }

    /** An address as JavaCPP wants it. */
    private static final class Address extends Pointer {
        Address(long address) {
            super((Pointer) null);
            this.address = address;
        }
    }
}
