package dev.vivarium.engine.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.vivarium.engine.base.CounterRandom;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.model.ModelConfig;
import dev.vivarium.engine.model.Module;
import dev.vivarium.engine.model.RopeSettings;
import dev.vivarium.engine.tensor.Tensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Weighted sums of adapters and perturbed ones, against sums that are computed number by number. */
final class AdapterMixTest {
    private static final double ROUNDING = 2e-6;

    private final ModelConfig config = new ModelConfig(
            "qwen2",
            300,
            32,
            64,
            3,
            4,
            2,
            8,
            1e-6,
            new RopeSettings(1e4, RopeSettings.Scaling.NONE),
            true,
            false,
            false,
            true,
            64,
            List.of(0));

    @TempDir
    Path folder;

    private LoraAdapter lora(LoraSettings settings, long seed) {
        LoraAdapter untrained = LoraAdapter.untrained(config, settings, seed);
        Map<String, Tensor> trained = new LinkedHashMap<>();
        untrained.parameters().forEach((name, tensor) -> {
            CounterRandom random = CounterRandom.of(seed, name);
            float[] values = new float[Math.toIntExact(tensor.numel())];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) (0.1 * random.gaussian(i));
            }
            trained.put(name, Tensors.floats(values, tensor.shape()));
        });
        return untrained.withParameters(trained);
    }

    private Path written(String name, Adapter adapter) throws IOException {
        Path directory = Files.createDirectories(folder.resolve(name));
        AdapterFiles.write(directory, adapter, config, "base");
        return directory;
    }

    /** What an adapter adds to a weight; zeros where it adds nothing. */
    private static float[] change(LoraAdapter adapter, String module, long out, long in) {
        Tensor zero = Tensors.zeros(out, in);
        Tensor merged = adapter.merged(module + ".weight", zero);
        return Tensors.toFloats(merged == null ? zero : merged);
    }

    @Test
    void aMixtureChangesEveryWeightByTheWeightedSum() throws IOException {
        LoraAdapter one = lora(new LoraSettings(2, 8, true, Set.of(Module.DOWN_PROJ, Module.Q_PROJ), List.of()), 1);
        LoraAdapter other =
                lora(new LoraSettings(3, 3, false, Set.of(Module.DOWN_PROJ, Module.UP_PROJ), List.of(1)), 2);
        List<AdapterMix.Part> parts = List.of(
                new AdapterMix.Part(written("one", one), 0.3), new AdapterMix.Part(written("other", other), -1.2));
        Path mixed = Files.createDirectories(folder.resolve("mixed"));

        double norm = AdapterMix.write(mixed, parts, config, "base");

        try (PointerScope scope = new PointerScope()) {
            LoraAdapter read = (LoraAdapter) AdapterFiles.read(mixed, config);
            assertThat(read.norm()).isEqualTo(norm, within(1e-6 * norm));
            for (int layer = 0; layer < 3; layer++) {
                for (Module module : Module.values()) {
                    String name = module.fullName(layer);
                    long out = module.outputSize(config);
                    long in = module.inputSize(config);
                    float[] a = change(one, name, out, in);
                    float[] b = change(other, name, out, in);
                    float[] sum = change(read, name, out, in);
                    for (int i = 0; i < sum.length; i++) {
                        assertThat((double) sum[i]).as(name).isEqualTo(0.3 * a[i] - 1.2 * b[i], within(ROUNDING));
                    }
                }
            }
        }
    }

    @Test
    void whatCancelsOrHasNoMatricesIsRefused() throws IOException {
        Path one = written("one", lora(new LoraSettings(1, 8, false, Set.of(Module.DOWN_PROJ), List.of()), 1));
        SteeringVector vector = SteeringVector.of(
                config,
                1,
                2,
                Positions.ALL,
                Tensors.zeros(config.hiddenSize()).add_(Tensors.floats(new float[] {1}, 1)));
        Path steering = written("steering", vector);
        Path mixed = Files.createDirectories(folder.resolve("mixed"));

        assertThatThrownBy(() -> AdapterMix.write(mixed, List.of(new AdapterMix.Part(one, 0)), config, "base"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("cancel");
        assertThatThrownBy(() -> AdapterMix.write(
                        mixed, List.of(new AdapterMix.Part(one, 1), new AdapterMix.Part(steering, 1)), config, "base"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("steering vector");
        assertThat(mixed).isEmptyDirectory();
    }

    @Test
    void aPerturbationKeepsEveryLengthAndTurnsByItsSize() {
        LoraAdapter adapter = lora(new LoraSettings(2, 8, true, Set.of(Module.DOWN_PROJ), List.of()), 1);
        assertThat(new AdapterNoise(0, 1).of(adapter)).isSameAs(adapter);
        for (double epsilon : new double[] {0.01, 0.3, 1}) {
            Adapter turned = new AdapterNoise(epsilon, 5).of(adapter);
            adapter.parameters().forEach((name, tensor) -> {
                float[] before = Tensors.toFloats(tensor);
                float[] after = Tensors.toFloats(
                        Objects.requireNonNull(turned.parameters().get(name)));
                double square = 0;
                double squareAfter = 0;
                double dot = 0;
                for (int i = 0; i < before.length; i++) {
                    square += (double) before[i] * before[i];
                    squareAfter += (double) after[i] * after[i];
                    dot += (double) before[i] * after[i];
                }
                assertThat(squareAfter / square).as(name).isEqualTo(1, within(1e-6));
                assertThat(dot / square).as(name).isEqualTo(Math.sqrt(1 - epsilon * epsilon), within(1e-6));
            });
        }
        assertThatThrownBy(() -> new AdapterNoise(1.5, 0)).isInstanceOf(InputException.class);
    }
}
