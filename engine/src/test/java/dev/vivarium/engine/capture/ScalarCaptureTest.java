package dev.vivarium.engine.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.vivarium.engine.adapter.AdapterBank;
import dev.vivarium.engine.adapter.AdapterScale;
import dev.vivarium.engine.adapter.LoraAdapter;
import dev.vivarium.engine.adapter.LoraSettings;
import dev.vivarium.engine.adapter.Positions;
import dev.vivarium.engine.adapter.RankComponents;
import dev.vivarium.engine.adapter.SteeringVector;
import dev.vivarium.engine.base.CounterRandom;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.model.Decoder;
import dev.vivarium.engine.model.ForwardHooks;
import dev.vivarium.engine.model.ModelConfig;
import dev.vivarium.engine.model.Module;
import dev.vivarium.engine.model.RandomWeights;
import dev.vivarium.engine.model.RopeSettings;
import dev.vivarium.engine.model.TextAttention;
import dev.vivarium.engine.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

/** Scalars of adapters against products that are computed number by number, over a random model of two layers. */
final class ScalarCaptureTest {
    /** Rows of a batch may round each other's activations in the last digits of float32. */
    private static final double ROUNDING = 2e-4;

    private final ModelConfig config = new ModelConfig(
            "qwen2",
            300,
            32,
            64,
            2,
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
    private final Decoder decoder = Decoder.of(config, RandomWeights.of(config, 0.12, 3));

    /** What came of each row. */
    private record Read(List<RankComponents.Component> components, Map<Integer, float[][]> scalars) {}

    private static Read read(CaptureSubject subject, List<CaptureRow> rows) {
        Map<Integer, float[][]> scalars = new LinkedHashMap<>();
        List<RankComponents.Component> components = ScalarCapture.run(
                subject, rows.iterator(), 0, (row, values, controls) -> scalars.put(row, values), done -> {});
        return new Read(components, scalars);
    }

    @Test
    void aScalarIsTheFactorTimesTheProductOfAWithTheInput() {
        LoraAdapter lora = lora(Set.of(Module.DOWN_PROJ), 1);
        AdapterScale scale = AdapterScale.parse("1=-2");
        try (AdapterBank bank = new AdapterBank(List.of(new AdapterBank.Entry(lora, scale)))) {
            CaptureSubject subject = new CaptureSubject(decoder, bank, 0);
            List<CaptureRow> rows = List.of(row(9, 4, 1), row(20, 11, 2), row(5, 0, 3));
            Read read = read(subject, rows);

            assertThat(read.components().stream().map(RankComponents.Component::name))
                    .containsExactly("0.down_proj", "1.down_proj");
            double s = 8; // alpha 8, rank 1
            for (int i = 0; i < rows.size(); i++) {
                int[] ids = rows.get(i).ids();
                int from = List.of(4, 11, 0).get(i);
                float[][] own = read.scalars().getOrDefault(i, new float[0][]);
                assertThat(own).hasNumberOfRows(ids.length - from);
                for (int layer = 0; layer < 2; layer++) {
                    float[] a = Tensors.toFloats(Objects.requireNonNull(
                            lora.parameters().get(Module.DOWN_PROJ.fullName(layer) + ".lora_A.weight")));
                    List<float[]> inputs = inputs(bank, ids, layer);
                    for (int t = from; t < ids.length; t++) {
                        double product = 0;
                        for (int j = 0; j < a.length; j++) {
                            product += (double) a[j] * inputs.get(t)[j];
                        }
                        double expected = s * (layer == 1 ? -2 : 1) * product;
                        assertThat((double) own[t - from][layer]).isEqualTo(expected, within(ROUNDING));
                    }
                }
            }
        }
    }

    @Test
    void controlsAreAsLongAsTheRowsOfAAndPointElsewhere() {
        try (AdapterBank bank = new AdapterBank(List.of(new AdapterBank.Entry(lora(Set.of(Module.O_PROJ), 2), 1)));
                RankComponents components = RankComponents.of(bank, 0, 64, 7);
                PointerScope scope = new PointerScope()) {
            assertThat(components.all().stream().map(RankComponents.Component::name))
                    .containsExactly("0.o_proj.0", "0.o_proj.1", "1.o_proj.0", "1.o_proj.1");
            float[] unit = new float[32 * 32];
            for (int i = 0; i < 32; i++) {
                unit[i * 32 + i] = 1;
            }
            float[] read = Tensors.toFloats(components.read(0, Module.O_PROJ, Tensors.floats(unit, 32, 32)));
            double s = components.all().getFirst().scale();
            for (int component = 0; component < 2; component++) {
                double own = 0;
                double control = 0;
                double dot = 0;
                for (int i = 0; i < 32; i++) {
                    double a = read[4 * i + component] / s;
                    double random = read[4 * i + 2 + component] / s;
                    own += a * a;
                    control += random * random;
                    dot += a * random;
                }
                assertThat(Math.sqrt(own))
                        .isEqualTo(components.all().get(component).normA(), within(1e-5));
                assertThat(Math.sqrt(control)).isEqualTo(Math.sqrt(own), within(1e-5));
                assertThat(Math.abs(dot) / own).isLessThan(0.7);
            }
        }
    }

    @Test
    void vectorsAndLargeRanksAreRefused() {
        SteeringVector vector = new SteeringVector(1, 3, Positions.ALL, Tensors.floats(new float[] {1, 2}, 2));
        try (AdapterBank bank = new AdapterBank(List.of(
                new AdapterBank.Entry(vector, 1), new AdapterBank.Entry(lora(Set.of(Module.DOWN_PROJ), 40), 1)))) {
            assertThatThrownBy(() -> read(new CaptureSubject(decoder, bank, 0), List.of(row(5, 0, 1))))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("steering vector reads nothing");
            assertThatThrownBy(() -> read(new CaptureSubject(decoder, bank, 1), List.of(row(5, 0, 1))))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("80 rank components at 2 modules, more than the 64");
        }
    }

    private List<float[]> inputs(AdapterBank bank, int[] ids, int wanted) {
        List<float[]> inputs = new ArrayList<>();
        try (PointerScope scope = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard()) {
            ForwardHooks keep = new ForwardHooks() {
                @Override
                public Tensor onLinear(int layer, Module module, Tensor input, Tensor output) {
                    if (layer == wanted && module == Module.DOWN_PROJ) {
                        float[] all = Tensors.toFloats(input);
                        int width = all.length / ids.length;
                        for (int t = 0; t < ids.length; t++) {
                            inputs.add(Arrays.copyOfRange(all, t * width, (t + 1) * width));
                        }
                    }
                    return output;
                }
            };
            long[] row = Arrays.stream(ids).asLongStream().toArray();
            decoder.hidden(
                    Tensors.longs(row, 1, row.length),
                    TextAttention.causal(row.length),
                    ForwardHooks.all(List.of(bank.forRows(new int[] {0}), keep)));
        }
        return inputs;
    }

    private LoraAdapter lora(Set<Module> modules, int rank) {
        LoraAdapter untrained = LoraAdapter.untrained(config, new LoraSettings(rank, 8, false, modules, List.of()), 5);
        Map<String, Tensor> trained = new LinkedHashMap<>();
        untrained.parameters().forEach((name, tensor) -> {
            CounterRandom random = CounterRandom.of(1, name);
            float[] values = new float[Math.toIntExact(tensor.numel())];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) (0.1 * random.gaussian(i));
            }
            trained.put(name, Tensors.floats(values, tensor.shape()));
        });
        return untrained.withParameters(trained);
    }

    private static CaptureRow row(int length, int from, long seed) {
        CounterRandom random = CounterRandom.of(seed, "row");
        int[] ids = new int[length];
        int[] cells = new int[length];
        for (int t = 0; t < length; t++) {
            ids[t] = random.below(300, t);
            cells[t] = t < from ? CaptureRow.NOWHERE : 0;
        }
        return new CaptureRow(ids, cells);
    }
}
