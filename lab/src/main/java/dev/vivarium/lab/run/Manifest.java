package dev.vivarium.lab.run;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.vivarium.engine.base.Hashes;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * {@code MANIFEST.json} of a checkpoint: what the directory must hold. A checkpoint without a manifest that fits is none.
 *
 * @param schema version of this file
 * @param step optimizer steps done
 * @param parent step of the checkpoint before it; absent for the first
 * @param files name to size and hash, all but the manifest itself
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record Manifest(int schema, int step, @Nullable Integer parent, Map<String, Entry> files) {
    static final String FILE = "MANIFEST.json";
    private static final int SCHEMA = 1;

    /** Size in bytes and SHA-256 of a file. */
    record Entry(long size, String sha256) {}

    /** Describes the files that lie in {@code directory} and writes the manifest beside them. */
    static void write(Path directory, int step, @Nullable Integer parent) throws IOException {
        Json.write(directory.resolve(FILE), new Manifest(SCHEMA, step, parent, entries(directory)));
    }

    /** Takes a file out of a checkpoint; a kill in between leaves one that does not fit its manifest. */
    static void without(Path directory, String name) throws IOException {
        if (!Files.exists(directory.resolve(name))) {
            return;
        }
        Manifest manifest = Json.read(directory.resolve(FILE), Manifest.class);
        Map<String, Entry> left = new TreeMap<>(manifest.files());
        left.remove(name);
        Json.write(directory.resolve(FILE), new Manifest(manifest.schema(), manifest.step(), manifest.parent(), left));
        Files.delete(directory.resolve(name));
    }

    /** What is wrong with the checkpoint in {@code directory}; null if it is whole. */
    static @Nullable String complaint(Path directory, int step) throws IOException {
        Path file = directory.resolve(FILE);
        if (!Files.isRegularFile(file)) {
            return "has no " + FILE;
        }
        Manifest manifest;
        try {
            manifest = Json.read(file, Manifest.class);
        } catch (InputException e) {
            return "has an unreadable " + FILE;
        }
        if (manifest.schema() != SCHEMA || manifest.step() != step) {
            return "was written by another version or renamed";
        }
        return manifest.files().equals(entries(directory)) ? null : "is damaged: its files do not fit " + FILE;
    }

    private static Map<String, Entry> entries(Path directory) throws IOException {
        Map<String, Entry> entries = new TreeMap<>();
        try (Stream<Path> children = Files.list(directory)) {
            for (Path child : children.toList()) {
                String name = child.getFileName().toString();
                if (!name.equals(FILE)) {
                    entries.put(name, new Entry(Files.size(child), Hashes.sha256(child)));
                }
            }
        }
        return entries;
    }
}
