package dev.vivarium.lab.direction;

import dev.vivarium.engine.base.Hashes;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.weights.SafetensorsWriter;
import dev.vivarium.engine.weights.WeightFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Bootstrap vectors beside a direction, {@code NAME.draws.safetensors}: one float32 tensor (draws, hidden) a layer under the
 * name that the direction's own has. The direction's hash is in the metadata; draws of another one are no draws of this.
 */
final class DrawsFile {
    private static final String SUFFIX = ".safetensors";
    private static final String KIND = "vivarium direction draws";

    private DrawsFile() {}

    static Path beside(Path direction) {
        String name = String.valueOf(direction.getFileName());
        return direction.resolveSibling(name.substring(0, name.length() - SUFFIX.length()) + ".draws" + SUFFIX);
    }

    /** Writes the draws of a direction that is written, or removes those of an earlier one where there are none. */
    static void write(Path file, Direction direction, SortedMap<Integer, float[][]> draws) throws IOException {
        if (draws.values().stream().allMatch(drawn -> drawn.length == 0)) {
            Files.deleteIfExists(beside(file));
            return;
        }
        List<SafetensorsWriter.Part> parts = new ArrayList<>();
        draws.forEach((layer, drawn) -> parts.add(new SafetensorsWriter.Part(
                direction.site().at(layer), "F32", new long[] {drawn.length, direction.width()}, out -> {
                    for (float[] vector : drawn) {
                        DirectionFile.values(out, vector);
                    }
                })));
        SafetensorsWriter.write(beside(file), parts, Map.of("kind", KIND, "direction", Hashes.sha256(file)));
    }

    /** The draws of a direction by layer; empty where there are none of it. */
    static SortedMap<Integer, float[][]> read(Path file, Direction direction) throws IOException {
        SortedMap<Integer, float[][]> draws = new TreeMap<>();
        Path beside = beside(file);
        if (!Files.isRegularFile(beside)) {
            return draws;
        }
        try (WeightFiles files = WeightFiles.open(beside)) {
            Map<String, String> metadata = files.metadata();
            if (!KIND.equals(metadata.get("kind")) || !Hashes.sha256(file).equals(metadata.get("direction"))) {
                return draws;
            }
            for (int layer : direction.layers()) {
                String name = direction.site().at(layer);
                if (!files.contains(name)) {
                    continue;
                }
                float[] flat = files.floats(name);
                int width = direction.width();
                if (flat.length % width != 0) {
                    throw new InputException(beside + ": does not have the width of its direction; extract it anew");
                }
                float[][] drawn = new float[flat.length / width][width];
                for (int i = 0; i < drawn.length; i++) {
                    System.arraycopy(flat, i * width, drawn[i], 0, width);
                }
                draws.put(layer, drawn);
            }
        }
        return draws;
    }
}
