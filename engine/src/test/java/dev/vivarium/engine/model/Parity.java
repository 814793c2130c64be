package dev.vivarium.engine.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vivarium.engine.base.Json;
import dev.vivarium.engine.tensor.Device;
import dev.vivarium.engine.tensor.Tensors;
import dev.vivarium.engine.weights.WeightFiles;
import java.nio.file.Path;
import org.bytedeco.pytorch.Tensor;

/** One parity case: what transformers and PEFT compute; see the README.md beside them. */
public record Parity(Path directory) {
    /** The directory of this repository. */
    public static final Path OWN = Path.of("src/test/resources/parity");

    /** Float32 where {@code -Dvivarium.device} says, the processor if it says nothing. */
    public static final Compute COMPUTE =
            new Compute(Precision.FLOAT32, Device.parse(System.getProperty("vivarium.device", "cpu")));

    /** A case of this repository, whatever directory {@link ParityCases} looks at. */
    public static Parity of(String name) {
        return new Parity(OWN.resolve(name));
    }

    /** Another case of the same directory. */
    public Parity beside(String name) {
        return new Parity(directory.resolveSibling(name));
    }

    public Path file(String name) {
        return directory.resolve(name);
    }

    public WeightFiles expected() {
        return WeightFiles.open(directory.resolve("expected.safetensors"));
    }

    public JsonNode json(String name) {
        return Json.read(directory.resolve(name));
    }

    /** Largest absolute difference at real positions; expected and actual (rows, tokens, …), real (rows, tokens). */
    public static double difference(Tensor actual, Tensor expected, Tensor real) {
        assertThat(actual.shape()).isEqualTo(expected.shape());
        float[] a = Tensors.toFloats(actual);
        float[] e = Tensors.toFloats(expected);
        long[] mask = Tensors.toLongs(real);
        int width = a.length / mask.length;
        double largest = 0;
        for (int i = 0; i < a.length; i++) {
            assertThat(a[i]).as("value %s", i).isNotNaN();
            if (mask[i / width] == 1) {
                largest = Math.max(largest, Math.abs((double) a[i] - e[i]));
            }
        }
        return largest;
    }
}
