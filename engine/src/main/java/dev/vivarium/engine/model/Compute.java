package dev.vivarium.engine.model;

import dev.vivarium.engine.tensor.Device;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * How a model is computed: in which number format, and where.
 *
 * @param precision of weights and arithmetic
 * @param device where weights and activations lie
 */
public record Compute(Precision precision, Device device) {
    /** Float32 on the processor. */
    public static final Compute FLOAT32 = new Compute(Precision.FLOAT32, Device.CPU);

    /** For what states how something was computed: {@code dtype}, and {@code device} where it is a GPU. */
    public Map<String, String> facts() {
        Map<String, String> facts = new TreeMap<>();
        facts.put("dtype", precision.name().toLowerCase(Locale.ROOT));
        if (device.cuda()) {
            facts.put("device", "cuda");
        }
        return facts;
    }

    /** A number format on the processor. */
    public static Compute cpu(Precision precision) {
        return new Compute(precision, Device.CPU);
    }

    @Override
    public String toString() {
        return precision.name().toLowerCase(Locale.ROOT) + " on " + device.word();
    }
}
