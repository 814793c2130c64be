package dev.vivarium.engine.model;

import dev.vivarium.engine.tensor.Tensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The models that speed is measured on, where {@code -Dvivarium.device} says; where weights are random, speed does not depend
 * on their values.
 */
public final class BenchModels {
    private BenchModels() {}

    /**
     * A decoder of a shape with random weights, or that of a model directory.
     *
     * @param shape {@code small}, of four layers and hidden size 256; {@code qwen0.5b}; or a directory
     */
    public static Decoder of(String shape, Precision precision) {
        return of(shape, precision, false);
    }

    /** The same as sampling has it: a directory's weights are only gone forward with. */
    public static Decoder forward(String shape, Precision precision) {
        return of(shape, precision, true);
    }

    private static Decoder of(String shape, Precision precision, boolean forward) {
        return switch (shape) {
            case "small" -> random(config(2000, 256, 704, 4, 4, 4, 1e4, 512), precision);
            case "qwen0.5b" -> random(config(151936, 896, 4864, 24, 14, 2, 1e6, 32768), precision);
            default -> {
                ModelDirectory directory = ModelDirectory.open(Path.of(shape));
                Compute compute = new Compute(precision, Parity.COMPUTE.device());
                yield (forward ? directory.loadForward(compute) : directory.load(compute)).decoder();
            }
        };
    }

    private static ModelConfig config(
            int vocabulary, int hidden, int inner, int layers, int heads, int kvHeads, double theta, int positions) {
        RopeSettings rope = new RopeSettings(theta, RopeSettings.Scaling.NONE);
        return new ModelConfig(
                "qwen2",
                vocabulary,
                hidden,
                inner,
                layers,
                heads,
                kvHeads,
                64,
                1e-6,
                rope,
                true,
                false,
                false,
                true,
                positions,
                List.of());
    }

    private static Decoder random(ModelConfig config, Precision precision) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        ModelShapes.of(config).forEach((name, shape) -> {
            try (PointerScope scope = new PointerScope()) {
                Tensor weight = name.contains("norm")
                        ? torch.ones(shape)
                        : torch.randn(shape).mul(new Scalar(0.02));
                tensors.put(name, Tensors.keep(Parity.COMPUTE.device().put(weight.to(precision.scalarType()))));
            }
        });
        return Decoder.of(config, tensors);
    }

    /** Processor time of this process so far, all threads together. */
    public static double cpuSeconds() {
        return ProcessHandle.current().info().totalCpuDuration().orElseThrow().toNanos() / 1e9;
    }

    /** The most resident memory this process has had, or −1 where the system does not say. */
    public static long peakMegabytes() {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
                if (line.startsWith("VmHWM:")) {
                    return Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024;
                }
            }
        } catch (IOException e) {
            return -1;
        }
        return -1;
    }
}
