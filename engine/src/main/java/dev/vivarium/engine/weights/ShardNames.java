package dev.vivarium.engine.weights;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Json;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/** File names that come out of a file: only plain names that stay inside the model directory get through. */
final class ShardNames {
    private static final Pattern SHARD = Pattern.compile("[A-Za-z0-9._-]+\\.safetensors");
    private static final Pattern WINDOWS_DEVICE = Pattern.compile("(con|prn|aux|nul|com[0-9]|lpt[0-9])\\..*");

    /** An index of three hundred thousand tensors is about this large. */
    private static final long MAX_INDEX_BYTES = 32_000_000;

    private static final String NO_MAP = "weight_map must be an object of tensor name to shard file and not be empty";

    private ShardNames() {}

    /**
     * Reads an index file without a tree of it: tensor name to shard name, in the order of the file; every shard name has been
     * checked. Its {@code total_size} is not looked at, since published indexes state sizes that are not those of their shards.
     */
    static Map<String, String> readIndex(Path index) {
        try {
            if (Files.size(index) > MAX_INDEX_BYTES) {
                throw new InputException(index + ": larger than " + MAX_INDEX_BYTES + " bytes; not a weight index");
            }
        } catch (IOException e) {
            throw new InputException(index + ": cannot be read (" + e.getMessage() + ")", e);
        }
        Map<String, String> shardOf = new LinkedHashMap<>();
        try (InputStream in = Files.newInputStream(index);
                JsonParser parser = Json.mapper().getFactory().createParser(in)) {
            require(parser.nextToken() == JsonToken.START_OBJECT, index, "the index must be a JSON object");
            for (String key = parser.nextFieldName(); key != null; key = parser.nextFieldName()) {
                JsonToken value = parser.nextToken();
                if (key.equals("weight_map")) {
                    require(value == JsonToken.START_OBJECT, index, NO_MAP);
                    readMap(parser, index, shardOf);
                } else {
                    parser.skipChildren();
                }
            }
            require(parser.nextToken() == null, index, "more text follows after the end of the index");
        } catch (JsonProcessingException e) {
            throw new InputException(
                    index + ": malformed JSON: " + Json.complaint(e) + "; download the model again", e);
        } catch (IOException e) {
            throw new InputException(index + ": cannot be read (" + e.getMessage() + ")", e);
        }
        require(!shardOf.isEmpty(), index, NO_MAP);
        return shardOf;
    }

    private static void readMap(JsonParser parser, Path index, Map<String, String> shardOf) throws IOException {
        Map<String, String> checked = new HashMap<>();
        for (String tensor = parser.nextFieldName(); tensor != null; tensor = parser.nextFieldName()) {
            if (parser.nextToken() != JsonToken.VALUE_STRING) {
                throw new InputException(
                        SafetensorsHeader.where(index.toString(), tensor) + ": the shard must be a file name");
            }
            String shard = checked.computeIfAbsent(parser.getText(), name -> checked(name, index.toString()));
            shardOf.put(tensor, shard);
        }
    }

    private static void require(boolean holds, Path index, String fault) {
        if (!holds) {
            throw new InputException(index + ": " + fault + "; download the model again");
        }
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
        String shown = SafetensorsHeader.shown(name);
        if (!Files.exists(file)) {
            throw new InputException(where + ": file " + shown + " is missing; copy or download the model again");
        }
        try {
            Path home = directory.toRealPath();
            Path real = file.toRealPath();
            if (!real.startsWith(home) && !inBlobsOf(home, real)) {
                throw new InputException(where + ": file " + shown + " is a link that leaves the model directory; put"
                        + " the file itself there");
            }
        } catch (IOException e) {
            throw new InputException(where + ": file " + shown + " cannot be read (" + e.getMessage() + ")", e);
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
