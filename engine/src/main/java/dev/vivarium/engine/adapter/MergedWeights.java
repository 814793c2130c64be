package dev.vivarium.engine.adapter;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Progress;
import dev.vivarium.engine.model.ModelDirectory;
import dev.vivarium.engine.model.ModelShapes;
import dev.vivarium.engine.model.Precision;
import dev.vivarium.engine.model.TensorLayout;
import dev.vivarium.engine.tensor.Tensors;
import dev.vivarium.engine.weights.SafetensorsWriter;
import dev.vivarium.engine.weights.WeightFiles;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * Writes the weights of a model with a LoRA adapter's change in them: W + s · B · A, added in float32 and rounded once.
 *
 * <p>One tensor is in memory at a time. Where a matrix of the file is stored in 16 bits, rounding may take away a part of a
 * small change; how much is reported, since nothing else would show it.
 */
public final class MergedWeights {
    private final WeightFiles files;
    private final TensorLayout layout;
    private final LoraAdapter adapter;
    private final @Nullable Precision format;
    private final Progress progress;
    private double moved;
    private int written;

    private MergedWeights(WeightFiles files, LoraAdapter adapter, @Nullable Precision format, Progress progress) {
        this.files = files;
        this.layout = TensorLayout.ofNames(files.names());
        this.adapter = adapter;
        this.format = format;
        this.progress = progress;
    }

    /**
     * What was done.
     *
     * @param tensors written, of the language model alone where the base has other parts
     * @param changed of them by the adapter
     * @param norm L2 norm of all s · B · A
     * @param rounding L2 norm of what rounding did to the changed matrices; zero where they are written in float32
     */
    public record Report(int tensors, int changed, double norm, double rounding) {
        /** Rounding as a share of the adapter's change. */
        public double lost() {
            return rounding / norm;
        }
    }

    /**
     * Makes sure that {@link #write} would find what it needs.
     *
     * @throws InputException if the base's weights do not fit its configuration, or the adapter is none of LoRA or does not
     *     fit the base
     */
    public static void check(ModelDirectory base, Path adapter) {
        base.checkWeights();
        try (PointerScope scope = new PointerScope()) {
            lora(base, adapter);
        }
    }

    private static LoraAdapter lora(ModelDirectory base, Path adapter) {
        if (AdapterFiles.read(adapter, base.config()) instanceof LoraAdapter lora) {
            return lora;
        }
        throw new InputException(adapter + ": a steering vector is added to activations and cannot become part of the"
                + " weights; use it as an adapter");
    }

    /**
     * Writes one safetensors file.
     *
     * @param adapter directory of a LoRA adapter
     * @param format of the weights, or null for that of each tensor in the base
     * @throws InputException as {@link #check}
     */
    public static Report write(
            Path file, ModelDirectory base, Path adapter, @Nullable Precision format, Progress progress)
            throws IOException {
        try (WeightFiles files = WeightFiles.open(base.path());
                PointerScope scope = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard()) {
            return new MergedWeights(files, lora(base, adapter), format, progress).write(file, base);
        }
    }

    private Report write(Path file, ModelDirectory base) throws IOException {
        Map<String, long[]> shapes = ModelShapes.of(base.config());
        List<SafetensorsWriter.Part> parts = new ArrayList<>();
        shapes.forEach((name, shape) -> {
            String stored = layout.stored(name);
            if (files.contains(stored)) {
                parts.add(
                        new SafetensorsWriter.Part(name, dtype(stored), shape, out -> write(name, parts.size(), out)));
            }
        });
        progress.begin("merge", parts.size(), "tensors");
        SafetensorsWriter.write(file, parts, Map.of());
        progress.end(parts.size() + " tensors written");
        return new Report(parts.size(), adapter.pairs().size(), adapter.norm(), Math.sqrt(moved));
    }

    private String dtype(String stored) {
        if (format == null) {
            return files.dtype(stored);
        }
        return format == Precision.BFLOAT16 ? "BF16" : "F32";
    }

    private void write(String name, int all, OutputStream out) throws IOException {
        try (PointerScope scope = new PointerScope()) {
            Tensor weight = files.get(layout.stored(name));
            ScalarType type = format == null ? Tensors.type(weight) : format.scalarType();
            Tensor exact = adapter.merged(name, weight);
            Tensor rounded = (exact == null ? weight : exact).to(type);
            if (exact != null) {
                double norm = rounded.to(ScalarType.Float).sub(exact).norm().item_double();
                moved += norm * norm;
            }
            SafetensorsWriter.writeData(out, rounded);
        }
        written++;
        progress.at(written, written + " of " + all);
    }
}
