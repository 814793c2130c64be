package dev.vivarium.engine.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.vivarium.engine.adapter.AdapterBank;
import dev.vivarium.engine.adapter.LoraAdapter;
import dev.vivarium.engine.adapter.LoraSettings;
import dev.vivarium.engine.model.Decoder;
import dev.vivarium.engine.model.ForwardHooks;
import dev.vivarium.engine.model.Module;
import dev.vivarium.engine.model.TextAttention;
import dev.vivarium.engine.tensor.Tensors;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.junit.jupiter.api.Test;

/** The divergence of adapters from their base against one that is computed number by number. */
final class DivergenceTest {
    private static final double ROUNDING = 1e-3;
    private static final double NOTHING = 1e-6;

    private final Decoder decoder = SampleModels.small();

    @Test
    void itIsTheSumOfThePositionsAndZeroWithoutEffect() {
        LoraAdapter lora = SampleModels.lora(
                decoder.config(), new LoraSettings(2, 4, false, Set.of(Module.DOWN_PROJ), List.of()), 1);
        int[] ids = SampleModels.prompt(23, 4);
        try (AdapterBank bank = new AdapterBank(List.of(
                new AdapterBank.Entry(lora, 0), new AdapterBank.Entry(lora, 1), new AdapterBank.Entry(lora, 2)))) {
            double[] sums = new Divergence(decoder, bank).sums(ids);

            // on some processors the place of a row among others decides the order in which its products are added up
            assertThat(sums[0]).isCloseTo(0, within(NOTHING));
            assertThat(sums[1]).isPositive();
            assertThat(sums[2]).isGreaterThan(sums[1]);
            float[][] base = logits(ids, ForwardHooks.NONE);
            try (PointerScope scope = new PointerScope()) {
                assertThat(sums[1])
                        .isEqualTo(divergence(base, logits(ids, bank.forRows(new int[] {1}))), within(ROUNDING));
            }
        }
    }

    private static double divergence(float[][] base, float[][] other) {
        double sum = 0;
        for (int t = 0; t < base.length; t++) {
            double z = total(base[t]);
            double y = total(other[t]);
            for (int v = 0; v < base[t].length; v++) {
                sum += Math.exp(base[t][v] - z) * (base[t][v] - z - other[t][v] + y);
            }
        }
        return sum;
    }

    private static double total(float[] logits) {
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp(logit);
        }
        return Math.log(sum);
    }

    private float[][] logits(int[] ids, ForwardHooks hooks) {
        try (PointerScope scope = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard()) {
            long[] row = Arrays.stream(ids).asLongStream().toArray();
            float[] all = Tensors.toFloats(decoder.logits(
                    decoder.hidden(Tensors.longs(row, 1, row.length), TextAttention.causal(row.length), hooks)));
            int width = all.length / ids.length;
            float[][] logits = new float[ids.length][];
            for (int t = 0; t < ids.length; t++) {
                logits[t] = Arrays.copyOfRange(all, t * width, (t + 1) * width);
            }
            return logits;
        }
    }
}
