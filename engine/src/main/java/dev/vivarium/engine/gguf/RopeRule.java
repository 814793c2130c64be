package dev.vivarium.engine.gguf;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Json;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * The rotary embedding of a file as {@code rope_scaling} of a {@code config.json}.
 *
 * <p>The converter replaces the rule {@code llama3} by its result, one factor per frequency, by which the frequency is
 * divided. The rule is found again from the largest factor and the constants that all Llama 3 models share, and is taken
 * only if it gives every stored factor.
 */
final class RopeRule {
    private static final double LOW = 1;
    private static final double HIGH = 4;
    private static final int ORIGINAL_CONTEXT = 8192;

    /** The stored factors were computed in float32. */
    private static final double TOLERANCE = 1e-4;

    private final GgufFile file;
    private final GgufMetadata metadata;
    private final String family;

    private RopeRule(GgufFile file, Architecture architecture) {
        this.file = file;
        this.metadata = file.metadata();
        this.family = architecture.name() + ".";
    }

    /**
     * The rule, null for the plain embedding.
     *
     * @throws InputException if the file asks for a rule that no {@code config.json} of these families states
     */
    static @Nullable ObjectNode of(GgufFile file, Architecture architecture, int headDim, double theta) {
        RopeRule rule = new RopeRule(file, architecture);
        ObjectNode linear = rule.linear(architecture.gemma());
        TensorInfo factors = file.tensors().get(TensorPlan.ROPE_FACTORS);
        if (factors == null) {
            return linear;
        }
        if (linear != null || architecture.gemma()) {
            throw rule.unsupported("both factors and a scaling of its rotary embedding");
        }
        return rule.llama3(factors, headDim, theta);
    }

    private @Nullable ObjectNode linear(boolean allowed) {
        String key = family + "rope.scaling.type";
        String type = metadata.text(key).orElse("none");
        double factor = metadata.number(family + "rope.scaling.factor").orElse(1);
        if (type.equals("none") || (type.equals("linear") && factor == 1)) {
            return null;
        }
        if (!allowed || !type.equals("linear") || !(factor > 0)) {
            throw unsupported("\"" + key + "\" " + type + " with factor " + factor);
        }
        return Json.mapper().createObjectNode().put("rope_type", "linear").put("factor", factor);
    }

    private @Nullable ObjectNode llama3(TensorInfo tensor, int headDim, double theta) {
        if (tensor.type() != GgmlType.F32 || tensor.values() != headDim / 2) {
            throw unsupported("tensor \"" + TensorPlan.ROPE_FACTORS + "\" of " + tensor.type() + " " + tensor.shape()
                    + " where " + headDim / 2 + " values of F32 are expected");
        }
        float[] factors =
                file.data(tensor).toArray(ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN));
        double largest = 1;
        for (float factor : factors) {
            largest = Math.max(largest, Double.parseDouble(Float.toString(factor)));
        }
        int original =
                metadata.index(family + "rope.scaling.original_context_length").orElse(ORIGINAL_CONTEXT);
        for (int i = 0; i < factors.length; i++) {
            double expected = factor(Math.pow(theta, -2.0 * i / headDim), largest, original);
            if (!(Math.abs(factors[i] - expected) <= TOLERANCE * expected)) {
                throw unsupported("tensor \"" + TensorPlan.ROPE_FACTORS + "\" with factor " + factors[i] + " at " + i
                        + ", where the rule llama3 with factor " + largest + " gives " + expected + ",");
            }
        }
        if (largest == 1) {
            return null;
        }
        return Json.mapper()
                .createObjectNode()
                .put("rope_type", "llama3")
                .put("factor", largest)
                .put("low_freq_factor", LOW)
                .put("high_freq_factor", HIGH)
                .put("original_max_position_embeddings", original);
    }

    private static double factor(double frequency, double factor, int original) {
        double turns = original * frequency / (2 * Math.PI);
        if (turns > HIGH) {
            return 1;
        }
        if (turns < LOW) {
            return factor;
        }
        double smooth = (turns - LOW) / (HIGH - LOW);
        return 1 / ((1 - smooth) / factor + smooth);
    }

    private InputException unsupported(String what) {
        return new InputException(
                file.path() + ": " + what + " is not supported; take another conversion of the model");
    }
}
