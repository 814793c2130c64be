package dev.vivarium.engine.weights;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.tensor.Tensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The weights of a model: one safetensors file, or an index with its shards, mapped into memory without a copy.
 *
 * <p>Opening checks every header completely (see {@link InputException} messages for what can be wrong) and reads no
 * weight. {@link #get} gives views on the mapped file in the stored type. They are <b>read-only</b>: a write through
 * one ends the process, because the memory is mapped so. They live until {@link #close}, whatever scope is open when
 * they are made, belong to this object (never close them) and must not be used afterwards: copy or convert what has to
 * live longer. The files must not be changed in place while they are open; replacing them by rename is harmless.
 *
 * <p>Safe for use by several threads, as long as none uses a tensor while another closes.
 */
public final class WeightFiles implements AutoCloseable {
    /** The name of an unsharded file in a model directory. */
    public static final String SINGLE_FILE = "model.safetensors";

    /** The name of the index of a sharded model. */
    public static final String INDEX_FILE = "model.safetensors.index.json";

    private static final List<String> PICKLES = List.of(".bin", ".pt", ".pth", ".pkl", ".pickle", ".ckpt");

    private final Path origin;
    private final List<MappedFile> files;
    private final Map<String, MappedFile> fileOf;
    private final Map<String, Tensor> opened = new ConcurrentHashMap<>();

    private WeightFiles(Path origin, List<MappedFile> files, Map<String, MappedFile> fileOf) {
        this.origin = origin;
        this.files = files;
        this.fileOf = fileOf;
    }

    /**
     * Opens a model directory (its {@value #SINGLE_FILE}, else its {@value #INDEX_FILE} and shards), one safetensors
     * file, or one index file.
     *
     * @throws InputException if something is missing, torn, malformed, leads outside the directory, or is pickle
     */
    public static WeightFiles open(Path modelDirOrFile) {
        if (!Files.isDirectory(modelDirOrFile)) {
            return openFile(modelDirOrFile);
        }
        if (Files.exists(modelDirOrFile.resolve(SINGLE_FILE))) {
            return single(modelDirOrFile, ShardNames.inside(modelDirOrFile, SINGLE_FILE, modelDirOrFile.toString()));
        }
        if (Files.exists(modelDirOrFile.resolve(INDEX_FILE))) {
            ShardNames.inside(modelDirOrFile, INDEX_FILE, modelDirOrFile.toString());
            return sharded(modelDirOrFile, modelDirOrFile.resolve(INDEX_FILE));
        }
        refusePickles(modelDirOrFile);
        throw new InputException(modelDirOrFile + ": holds neither " + SINGLE_FILE + " nor " + INDEX_FILE
                + "; give a Hugging Face model directory");
    }

    private static WeightFiles openFile(Path file) {
        String name = String.valueOf(file.getFileName());
        if (isPickle(name)) {
            throw refusedPickle(file);
        }
        if (!Files.exists(file)) {
            throw new InputException(file + ": no such file or directory");
        }
        if (name.endsWith(".safetensors.index.json")) {
            Path directory = file.toAbsolutePath().getParent();
            return sharded(directory == null ? file : directory, file);
        }
        if (!name.endsWith(".safetensors")) {
            throw new InputException(file + ": not a .safetensors file; give a safetensors file or a model directory");
        }
        return single(file, file);
    }

    private static void refusePickles(Path directory) {
        try (Stream<Path> children = Files.list(directory)) {
            Optional<Path> pickle = children.filter(child -> isPickle(String.valueOf(child.getFileName())))
                    .min(Comparator.naturalOrder());
            if (pickle.isPresent()) {
                throw refusedPickle(pickle.get());
            }
        } catch (IOException e) {
            throw new InputException(directory + ": cannot be read (" + e.getMessage() + ")", e);
        }
    }

    private static boolean isPickle(String name) {
        return PICKLES.stream().anyMatch(name.toLowerCase(Locale.ROOT)::endsWith);
    }

    private static InputException refusedPickle(Path file) {
        return new InputException(file + ": pickle files can run code and are never read; convert the model once with"
                + " save_pretrained(..., safe_serialization=True) or take a safetensors version of it");
    }

    private static WeightFiles single(Path origin, Path file) {
        MappedFile mapped = MappedFile.open(file);
        Map<String, MappedFile> fileOf = new LinkedHashMap<>();
        for (String name : mapped.header().entries().keySet()) {
            fileOf.put(name, mapped);
        }
        return new WeightFiles(origin, List.of(mapped), fileOf);
    }

    private static WeightFiles sharded(Path directory, Path index) {
        Map<String, String> listed = ShardNames.readIndex(index);
        Map<String, MappedFile> shards = new LinkedHashMap<>();
        Map<String, MappedFile> fileOf = new LinkedHashMap<>();
        try {
            listed.forEach((tensor, shard) -> {
                MappedFile mapped = shards.computeIfAbsent(
                        shard, name -> MappedFile.open(ShardNames.inside(directory, name, index.toString())));
                if (!mapped.header().entries().containsKey(tensor)) {
                    throw new InputException(SafetensorsHeader.where(index.toString(), tensor) + " is not in its shard "
                            + SafetensorsHeader.shown(shard) + "; copy or download the model again");
                }
                fileOf.put(tensor, mapped);
            });
            return new WeightFiles(directory, List.copyOf(shards.values()), fileOf);
        } catch (RuntimeException e) {
            shards.values().forEach(MappedFile::close);
            throw e;
        }
    }

    /** The names of all tensors; of a sharded model those that the index lists. */
    public Set<String> names() {
        return Collections.unmodifiableSet(fileOf.keySet());
    }

    public boolean contains(String name) {
        return fileOf.containsKey(name);
    }

    /**
     * The tensor of a name, in its stored shape and type, pointing into the mapped file; the same object every time.
     *
     * @throws InputException if there is no such tensor
     */
    public Tensor get(String name) {
        MappedFile file = file(name);
        return opened.computeIfAbsent(name, key -> file.tensor(entry(key)));
    }

    /**
     * A copy of a tensor in another type, which belongs to the caller ({@link Tensors#free}) and outlives this object.
     *
     * @throws InputException if there is no such tensor
     */
    public Tensor converted(String name, ScalarType type) {
        if (type(name) == type) {
            throw new IllegalArgumentException("nothing would be copied"); // and the mapping ends
        }
        return reading(name, stored -> Tensors.keep(stored.to(type)));
    }

    /**
     * What is made of a tensor that is not needed afterwards: its bytes in the file do not count as the process's memory any
     * more then.
     *
     * @param make gets the tensor in its stored type, in a scope of its own
     * @throws InputException if there is no such tensor
     */
    public <T> T reading(String name, Function<Tensor, T> make) {
        return file(name).reading(entry(name), make);
    }

    /**
     * Lets go of the memory that {@link #get}'s views of a tensor were read into; what is read again comes from the file again.
     *
     * @throws InputException if there is no such tensor
     */
    public void unload(String name) {
        file(name).unload(entry(name));
    }

    /**
     * The values of a tensor as float32, in row-major order.
     *
     * @throws InputException if there is no such tensor
     */
    public float[] floats(String name) {
        return Tensors.toFloats(get(name));
    }

    /** The stored type as libtorch names it. */
    public ScalarType type(String name) {
        return entry(name).dtype().scalarType();
    }

    public long[] shape(String name) {
        return entry(name).shape().clone();
    }

    /** The stored type by its safetensors name, for example {@code "BF16"}. */
    public String dtype(String name) {
        return entry(name).dtype().name();
    }

    /** The free-form strings of the file, those of the first shard winning where shards disagree. */
    public Map<String, String> metadata() {
        Map<String, String> all = new LinkedHashMap<>();
        for (MappedFile file : files) {
            file.header().metadata().forEach(all::putIfAbsent);
        }
        return Collections.unmodifiableMap(all);
    }

    /** The files that are mapped, in order: what provenance has to hash. */
    public List<Path> files() {
        return files.stream().map(MappedFile::file).toList();
    }

    /** Bytes of all listed tensors together. */
    public long byteCount() {
        return fileOf.keySet().stream()
                .mapToLong(name -> entry(name).byteCount())
                .sum();
    }

    private SafetensorsHeader.Entry entry(String name) {
        SafetensorsHeader.Entry entry = file(name).header().entries().get(name);
        if (entry == null) {
            throw new IllegalStateException("opening checked that the shard has " + name);
        }
        return entry;
    }

    private MappedFile file(String name) {
        MappedFile file = fileOf.get(name);
        if (file == null) {
            throw new InputException(SafetensorsHeader.where(origin.toString(), name)
                    + " is missing; the weights do not fit the model's config.json");
        }
        return file;
    }

    @Override
    public void close() {
        opened.values().forEach(Tensor::releaseReference);
        opened.clear();
        files.forEach(MappedFile::close);
    }
}
