package dev.vivarium.lab.direction;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import dev.vivarium.engine.adapter.VectorFile;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Json;
import dev.vivarium.engine.base.Printable;
import dev.vivarium.engine.model.Site;
import dev.vivarium.engine.weights.SafetensorsWriter;
import dev.vivarium.engine.weights.WeightFiles;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A direction as a safetensors file.
 *
 * <p>Each layer is one float32 tensor of shape (hidden) under the TransformerLens name of its site, such as
 * {@code blocks.12.hook_resid_post}. The file's metadata says the rest: {@code kind} ({@value #KIND}), {@code schema},
 * {@code name}, and as JSON {@code origin} (see {@link Origin}) and {@code reliability} by layer (see {@link Reliability}).
 * The same direction gives the same bytes.
 */
final class DirectionFile {
    private static final String KIND = "vivarium direction";
    private static final String SCHEMA = "1";

    private DirectionFile() {}

    static void write(Path file, Direction direction) throws IOException {
        if (!String.valueOf(file.getFileName()).endsWith(".safetensors")) {
            throw new InputException(file + ": a direction is a safetensors file; let the name end in .safetensors");
        }
        List<SafetensorsWriter.Part> parts = new ArrayList<>();
        direction
                .vectors()
                .forEach((layer, vector) -> parts.add(new SafetensorsWriter.Part(
                        direction.site().at(layer), "F32", new long[] {vector.length}, out -> values(out, vector))));
        SafetensorsWriter.write(
                file,
                parts,
                Map.of(
                        "kind", KIND,
                        "schema", SCHEMA,
                        "name", direction.name(),
                        "origin", Json.line(direction.origin()),
                        "reliability", Json.line(direction.reliability())));
    }

    static void values(OutputStream out, float[] vector) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * vector.length).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : vector) {
            bytes.putFloat(value);
        }
        out.write(bytes.array());
    }

    /**
     * @throws InputException if the file is no direction, is torn, or was written by a newer program
     */
    static Direction read(Path file) {
        Map<String, String> metadata;
        Set<String> names;
        try (WeightFiles files = WeightFiles.open(file)) {
            metadata = files.metadata();
            names = Set.copyOf(files.names());
        }
        if (!KIND.equals(metadata.get("kind"))) {
            throw new InputException(file + ": is a safetensors file but no direction; make one with vivarium direction"
                    + " extract, or import a vector of another program with vivarium import FILE --model MODEL");
        }
        if (!SCHEMA.equals(metadata.get("schema"))) {
            throw new InputException(file + ": is a direction of schema "
                    + Printable.name(metadata.getOrDefault("schema", "?")) + ", but this program reads " + SCHEMA
                    + "; use the program that wrote it or extract it anew");
        }
        SortedMap<Integer, float[]> vectors = new TreeMap<>();
        Site site = null;
        SortedMap<Integer, float[]> stored = VectorFile.read(file);
        for (Map.Entry<Integer, float[]> entry : stored.entrySet()) {
            Site own = siteOf(entry.getKey(), names);
            if (own == null || (site != null && own != site)) {
                throw new InputException(file + ": its tensors are not named blocks.N.hook_… after one site of each"
                        + " layer, so it is torn or edited; extract the direction anew");
            }
            site = own;
            vectors.put(entry.getKey(), entry.getValue());
        }
        if (site == null) {
            throw new InputException(file + ": holds no vector; extract the direction anew");
        }
        try {
            return new Direction(
                    metadata.getOrDefault("name", ""),
                    site,
                    vectors,
                    json(file, metadata, "origin", new TypeReference<Origin>() {}),
                    json(file, metadata, "reliability", new TypeReference<TreeMap<Integer, Reliability>>() {}));
        } catch (InputException e) {
            throw new InputException(file + ": " + e.getMessage(), e);
        }
    }

    private static @Nullable Site siteOf(int layer, Set<String> names) {
        for (Site site : Site.values()) {
            if (names.contains(site.at(layer))) {
                return site;
            }
        }
        return null;
    }

    private static <T> T json(Path file, Map<String, String> metadata, String key, TypeReference<T> type) {
        try {
            return Json.mapper().readValue(metadata.getOrDefault(key, ""), type);
        } catch (JsonProcessingException e) {
            throw new InputException(
                    "its metadata \"" + key + "\" cannot be read (" + Json.complaint(e) + "); extract it anew", e);
        }
    }
}
