package dev.vivarium.engine.model;

import dev.vivarium.engine.tensor.Tensors;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** The two shapes that speed is measured on, with random weights: speed does not depend on the values. */
public final class BenchModels {
    private BenchModels() {}

    /**
     * A decoder of four layers and hidden size 256, or of the shape of Qwen2.5-0.5B.
     *
     * @param small the former
     */
    public static Decoder random(boolean small, Precision precision) {
        RopeSettings rope = new RopeSettings(small ? 1e4 : 1e6, RopeSettings.Scaling.NONE);
        ModelConfig config = small
                ? new ModelConfig(
                        "qwen2", 2000, 256, 704, 4, 4, 4, 64, 1e-6, rope, true, false, false, true, 512, List.of())
                : new ModelConfig(
                        "qwen2", 151936, 896, 4864, 24, 14, 2, 64, 1e-6, rope, true, false, false, true, 32768,
                        List.of());
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        ModelShapes.of(config).forEach((name, shape) -> {
            try (PointerScope scope = new PointerScope()) {
                Tensor weight = name.contains("norm")
                        ? torch.ones(shape)
                        : torch.randn(shape).mul(new Scalar(0.02));
                tensors.put(name, Tensors.keep(weight.to(precision.scalarType())));
            }
        });
        return Decoder.of(config, tensors);
    }

    /** Processor time of this process so far, all threads together. */
    public static double cpuSeconds() {
        return ProcessHandle.current().info().totalCpuDuration().orElseThrow().toNanos() / 1e9;
    }
}
