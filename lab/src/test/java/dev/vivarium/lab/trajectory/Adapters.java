package dev.vivarium.lab.trajectory;

import dev.vivarium.engine.base.Json;
import dev.vivarium.engine.weights.SafetensorsWriter;
import dev.vivarium.engine.weights.SafetensorsWriter.Part;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** PEFT directories as Python leaves them, with given matrices. */
final class Adapters {
    private final Map<String, double[][]> a = new TreeMap<>();
    private final Map<String, double[][]> b = new TreeMap<>();

    /** Adds A (r, in) and B (out, r) of a module. */
    Adapters with(String module, double[][] down, double[][] up) {
        a.put(module, down);
        b.put(module, up);
        return this;
    }

    /** A rank-1 adapter of one module. */
    static Adapters rankOne(double[] a, double[] b) {
        return new Adapters().with("model.layers.0.mlp.down_proj", new double[][] {a}, column(b));
    }

    static double[][] column(double... values) {
        double[][] column = new double[values.length][1];
        for (int i = 0; i < values.length; i++) {
            column[i][0] = values[i];
        }
        return column;
    }

    Path write(Path directory, double alpha) throws IOException {
        Files.createDirectories(directory);
        List<Part> parts = new ArrayList<>();
        a.forEach((module, values) -> parts.add(part(module + ".lora_A.weight", values)));
        b.forEach((module, values) -> parts.add(part(module + ".lora_B.weight", values)));
        SafetensorsWriter.write(directory.resolve("adapter_model.safetensors"), parts, Map.of());
        Json.write(
                directory.resolve("adapter_config.json"),
                Map.of("peft_type", "LORA", "r", a.values().iterator().next().length, "lora_alpha", alpha));
        return directory;
    }

    private static Part part(String name, double[][] values) {
        ByteBuffer bytes =
                ByteBuffer.allocate(4 * values.length * values[0].length).order(ByteOrder.LITTLE_ENDIAN);
        for (double[] row : values) {
            for (double value : row) {
                bytes.putFloat((float) value);
            }
        }
        long[] shape = {values.length, values[0].length};
        return new Part("base_model.model." + name, "F32", shape, out -> out.write(bytes.array()));
    }
}
