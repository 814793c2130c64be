package dev.vivarium.engine.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vivarium.engine.adapter.AdapterBank.Entry;
import dev.vivarium.engine.base.CounterRandom;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.model.Decoder;
import dev.vivarium.engine.model.ForwardHooks;
import dev.vivarium.engine.model.ModelConfig;
import dev.vivarium.engine.model.ModelDirectory;
import dev.vivarium.engine.model.ModelDirectory.LoadedModel;
import dev.vivarium.engine.model.Module;
import dev.vivarium.engine.model.Parity;
import dev.vivarium.engine.model.TextAttention;
import dev.vivarium.engine.tensor.Tensors;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

/** A row with its adapter in a mixed batch computes what the adapter computes alone, up to the order of float sums. */
class AdapterBankTest {
    private static final double ROUNDING = 2e-5;

    @Test
    void eachRowUsesItsOwnAdapter() {
        ModelDirectory directory = ModelDirectory.open(Parity.of("qwen2").file("model"));
        try (PointerScope scope = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard();
                LoadedModel model = directory.load()) {
            Decoder decoder = model.decoder();
            ModelConfig config = decoder.config();
            LoraAdapter wide = random(config, new LoraSettings(8, 16, true, EnumSet.allOf(Module.class), List.of()), 1);
            LoraAdapter thin = random(config, new LoraSettings(1, 4, false, Set.of(Module.DOWN_PROJ), List.of(2)), 2);
            SteeringVector steer =
                    new SteeringVector(1, 3, Positions.ALL, noise(CounterRandom.of(3, "v"), config.hiddenSize()));
            Tensor ids = Tensors.longs(new long[] {5, 9, 13, 5, 9, 13, 5, 9, 13, 5, 9, 13}, 4, 3);
            List<ForwardHooks> alone = List.of(wide, thin, steer, ForwardHooks.NONE);

            try (AdapterBank bank =
                    new AdapterBank(List.of(new Entry(wide, 1), new Entry(thin, 1), new Entry(steer, 1)))) {
                Tensor mixed = logits(decoder, ids, bank.forRows(new int[] {0, 1, 2, AdapterBank.NONE}));
                for (int row = 0; row < 4; row++) {
                    Tensor single = logits(decoder, ids.narrow(0, row, 1), alone.get(row));
                    assertThat(largest(mixed.narrow(0, row, 1), single)).isLessThan(ROUNDING);
                }
                assertThat(largest(mixed.narrow(0, 0, 1), mixed.narrow(0, 3, 1)))
                        .isGreaterThan(1e-2);
                assertThat(largest(mixed.narrow(0, 1, 1), mixed.narrow(0, 3, 1)))
                        .isGreaterThan(1e-3);
                assertThat(largest(mixed.narrow(0, 2, 1), mixed.narrow(0, 3, 1)))
                        .isGreaterThan(1e-2);
            }
        }
    }

    @Test
    void aMultiplierOfZeroIsTheUntouchedModel() {
        ModelDirectory directory = ModelDirectory.open(Parity.of("llama-3.2").file("model"));
        try (PointerScope scope = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard();
                LoadedModel model = directory.load()) {
            ModelConfig config = model.decoder().config();
            LoraAdapter adapter = random(config, new LoraSettings(2, 8, true, Set.of(Module.Q_PROJ), List.of()), 4);
            Tensor ids = Tensors.longs(new long[] {5, 9, 13}, 1, 3);
            try (AdapterBank bank = new AdapterBank(List.of(new Entry(adapter, 0)))) {
                Tensor off = logits(model.decoder(), ids, bank.forRows(new int[] {0}));
                assertThat(Tensors.same(off, logits(model.decoder(), ids, ForwardHooks.NONE)))
                        .isTrue();
            }
        }
    }

    @Test
    void aFactorOfABlockIsThatOfItsMatricesAndVectors() {
        ModelDirectory directory = ModelDirectory.open(Parity.of("qwen2").file("model"));
        try (PointerScope scope = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard();
                LoadedModel model = directory.load()) {
            Decoder decoder = model.decoder();
            ModelConfig config = decoder.config();
            LoraAdapter lora = random(config, new LoraSettings(4, 16, true, Set.of(Module.DOWN_PROJ), List.of()), 1);
            SteeringVector steer =
                    new SteeringVector(1, 3, Positions.ALL, noise(CounterRandom.of(3, "v"), config.hiddenSize()));
            Map<String, Tensor> weaker = new LinkedHashMap<>();
            lora.parameters().forEach((name, tensor) -> {
                double factor = !name.endsWith("lora_B.weight") ? 1 : name.contains("layers.2.") ? -2 : 0.5;
                weaker.put(name, tensor.mul(new Scalar(factor)));
            });
            Tensor ids = Tensors.longs(new long[] {5, 9, 13, 5, 9, 13}, 2, 3);
            try (AdapterBank bank = new AdapterBank(List.of(new Entry(lora, 1), new Entry(steer, 1)))) {
                Tensor before = logits(decoder, ids, bank.forRows(new int[] {0, 1}));
                AdapterBank scaled = bank.scaled(AdapterScale.of(0.5));
                Tensor half = logits(decoder, ids, scaled.forRows(new int[] {AdapterBank.NONE, 1}));
                SteeringVector halved = new SteeringVector(1, 1.5, Positions.ALL, steer.vector());
                assertThat(largest(half.narrow(0, 1, 1), logits(decoder, ids.narrow(0, 1, 1), halved)))
                        .isLessThan(ROUNDING);
                try (AdapterBank one = new AdapterBank(List.of(new Entry(lora, AdapterScale.parse("0.5,2=-2"))))) {
                    Tensor both = logits(decoder, ids, one.forRows(new int[] {0, 0}));
                    assertThat(largest(both, logits(decoder, ids, lora.withParameters(weaker))))
                            .isLessThan(ROUNDING);
                }
                assertThat(Tensors.same(before, logits(decoder, ids, bank.forRows(new int[] {0, 1}))))
                        .isTrue();
                assertThatThrownBy(() -> bank.scaled(AdapterScale.parse("2=0")))
                        .isInstanceOf(InputException.class)
                        .hasMessageContaining("the adapter changes block 1 only");
            }
        }
    }

    @Test
    void aRowBesideManyAdaptersAndScalesIsToTheLastBitThatOfItsAdapterAlone() {
        ModelDirectory directory = ModelDirectory.open(Parity.of("qwen2").file("model"));
        try (PointerScope scope = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard();
                LoadedModel model = directory.load()) {
            Decoder decoder = model.decoder();
            LoraSettings settings = new LoraSettings(8, 16, true, EnumSet.allOf(Module.class), List.of());
            List<Entry> all = new ArrayList<>();
            for (int seed = 0; seed < 5; seed++) {
                LoraAdapter adapter = random(decoder.config(), settings, seed);
                for (double factor : new double[] {0.5, 1, 5}) {
                    all.add(new Entry(adapter, factor));
                }
            }
            int rows = all.size() + 1;
            long[] tokens = new long[3 * rows];
            int[] mixed = new int[rows];
            for (int row = 0; row < rows; row++) {
                mixed[row] = row - 1; // the first has none
                System.arraycopy(new long[] {5, 9 + row, 13}, 0, tokens, 3 * row, 3);
            }
            Tensor ids = Tensors.longs(tokens, rows, 3);
            try (AdapterBank bank = new AdapterBank(all)) {
                Tensor together = logits(decoder, ids, bank.forRows(mixed));
                for (int row = 1; row < rows; row++) {
                    try (AdapterBank one = new AdapterBank(List.of(all.get(row - 1)))) {
                        Tensor alone = logits(decoder, ids, one.forRows(new int[rows]));
                        assertThat(Tensors.same(together.narrow(0, row, 1), alone.narrow(0, row, 1)))
                                .as("row %s", row)
                                .isTrue();
                    }
                }
                Tensor none = logits(decoder, ids, ForwardHooks.NONE);
                assertThat(Tensors.same(together.narrow(0, 0, 1), none.narrow(0, 0, 1)))
                        .isTrue();
            }
        }
    }

    @Test
    void allScalesOfAnAdapterShareOneCopyOfItsMatrices() {
        ModelConfig config =
                ModelDirectory.open(Parity.of("qwen2").file("model")).config();
        try (PointerScope scope = new PointerScope()) {
            LoraAdapter adapter = random(config, new LoraSettings(4, 16, true, Set.of(Module.DOWN_PROJ), List.of()), 1);
            try (AdapterBank one = new AdapterBank(List.of(new Entry(adapter, 1)));
                    AdapterBank many = new AdapterBank(
                            List.of(new Entry(adapter, 0.5), new Entry(adapter, 1), new Entry(adapter, 20)))) {
                assertThat(many.size()).isEqualTo(3);
                assertThat(many.bytes()).isEqualTo(one.bytes()).isPositive();
            }
        }
    }

    private static Tensor logits(Decoder decoder, Tensor ids, ForwardHooks hooks) {
        TextAttention attention = TextAttention.causal(Math.toIntExact(ids.size(1)));
        return decoder.logits(decoder.hidden(ids, attention, hooks));
    }

    private static LoraAdapter random(ModelConfig config, LoraSettings settings, long seed) {
        LoraAdapter untrained = LoraAdapter.untrained(config, settings, seed);
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        untrained
                .parameters()
                .forEach((name, tensor) -> tensors.put(name, noise(CounterRandom.of(seed, name), tensor.shape())));
        return untrained.withParameters(tensors);
    }

    private static Tensor noise(CounterRandom random, long... shape) {
        int size = 1;
        for (long dimension : shape) {
            size = Math.toIntExact(size * dimension);
        }
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = (float) (0.1 * random.gaussian(i));
        }
        return Tensors.floats(values, shape);
    }

    private static double largest(Tensor a, Tensor b) {
        return a.sub(b).abs().max().item_double();
    }
}
