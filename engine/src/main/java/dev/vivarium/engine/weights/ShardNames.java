package dev.vivarium.engine.weights;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/** File names that come out of a file: only plain names that stay inside the model directory get through. */
final class ShardNames {
    private static final Pattern SHARD = Pattern.compile("[A-Za-z0-9._-]+\\.safetensors");
    private static final Pattern WINDOWS_DEVICE = Pattern.compile("(con|prn|aux|nul|com[0-9]|lpt[0-9])\\..*");

    /** An index of a million tensors is about this large. */
    private static final long MAX_INDEX_BYTES = 100_000_000;

    private ShardNames() {}

    /** Tensor name to shard name of an index file, in the order of the file; every shard name has been checked. */
    static Map<String, String> readIndex(Path index) {
        try {
            if (Files.size(index) > MAX_INDEX_BYTES) {
                throw new InputException(index + ": larger than " + MAX_INDEX_BYTES + " bytes; not a weight index");
            }
        } catch (IOException e) {
            throw new InputException(index + ": cannot be read (" + e.getMessage() + ")", e);
        }
        JsonNode map = Json.read(index).path("weight_map");
        if (!map.isObject() || map.isEmpty()) {
            throw new InputException(index + ": weight_map must be an object of tensor name to shard file and not be"
                    + " empty; download the model again");
        }
        Map<String, String> shardOf = new LinkedHashMap<>();
        map.properties().forEach(named -> {
            if (!named.getValue().isTextual()) {
                throw new InputException(
                        SafetensorsHeader.where(index.toString(), named.getKey()) + ": the shard must be a file name");
            }
            shardOf.put(named.getKey(), checked(named.getValue().textValue(), index.toString()));
        });
        return shardOf;
    }

    private static String checked(String name, String where) {
        if (!SHARD.matcher(name).matches()
                || WINDOWS_DEVICE.matcher(name.toLowerCase(Locale.ROOT)).matches()) {
            throw new InputException(where + ": shard name \"" + SafetensorsHeader.shown(name)
                    + "\" is refused; a shard is a plain file name like model-00001-of-00002.safetensors");
        }
        return name;
    }

    /**
     * The file {@code name} of {@code directory}, if it really lies there.
     *
     * <p>A link may lead elsewhere in the directory, and, in the Hugging Face cache, from
     * {@code models--x/snapshots/revision} into {@code models--x/blobs} or the {@code blobs} that all its models share.
     */
    static Path inside(Path directory, String name, String where) {
        Path file = directory.resolve(name);
        if (!Files.exists(file)) {
            throw new InputException(where + ": file " + name + " is missing; copy or download the model again");
        }
        try {
            Path home = directory.toRealPath();
            Path real = file.toRealPath();
            if (!real.startsWith(home) && !inBlobsOf(home, real)) {
                throw new InputException(where + ": file " + name + " is a link that leaves the model directory; put"
                        + " the file itself there");
            }
        } catch (IOException e) {
            throw new InputException(where + ": file " + name + " cannot be read (" + e.getMessage() + ")", e);
        }
        return file;
    }

    private static boolean inBlobsOf(Path home, Path real) {
        for (Path at = home; at != null; at = at.getParent()) {
            Path snapshots = at.getParent();
            if (snapshots != null && snapshots.endsWith("snapshots")) {
                Path own = snapshots.resolveSibling("blobs");
                Path shared = own.resolve("../../blobs").normalize();
                return real.startsWith(own) || real.startsWith(shared);
            }
        }
        return false;
    }
}
