package dev.vivarium.engine.generate;

import dev.vivarium.engine.adapter.AdapterBank;
import dev.vivarium.engine.model.Decoder;
import dev.vivarium.engine.model.TextAttention;
import dev.vivarium.engine.tensor.Tensors;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * How far a model with adapters is from the model without on a text: KL(base ‖ adapted) of the next token, in nats. A text
 * that is no answer counts as prompt where adapters act at some positions only.
 */
final class Divergence {
    /** Logits that are held at once. */
    private static final long MOST_LOGITS = 1L << 24;

    private final Decoder decoder;
    private final AdapterBank bank;

    Divergence(Decoder decoder, AdapterBank bank) {
        this.decoder = decoder;
        this.bank = bank;
    }

    /**
     * Sums over all positions of a text, by adapter.
     *
     * @param ids at least one token
     */
    double[] sums(int[] ids) {
        int rows = 1 + bank.size();
        int[] adapterOfRow = new int[rows];
        long[] tokens = new long[rows * ids.length];
        for (int row = 0; row < rows; row++) {
            adapterOfRow[row] = row == 0 ? AdapterBank.NONE : row - 1;
            for (int t = 0; t < ids.length; t++) {
                tokens[row * ids.length + t] = ids[t];
            }
        }
        int[][] offsets = new int[rows][];
        Arrays.fill(offsets, IntStream.range(-ids.length, 0).toArray());
        double[] sums = new double[bank.size()];
        try (PointerScope scope = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard()) {
            Tensor hidden = decoder.hidden(
                    Tensors.longs(tokens, rows, ids.length),
                    TextAttention.causal(ids.length),
                    bank.forRows(adapterOfRow, offsets));
            int chunk = (int) Math.clamp(MOST_LOGITS / rows / decoder.config().vocabSize(), 1, ids.length);
            for (int from = 0; from < ids.length; from += chunk) {
                try (PointerScope part = new PointerScope()) {
                    Tensor states = hidden.narrow(1, from, Math.min(chunk, ids.length - from));
                    Tensor logs = torch.log_softmax(decoder.logits(states).to(ScalarType.Float), 2);
                    Tensor base = logs.narrow(0, 0, 1);
                    Tensor each = base.exp()
                            .mul(base.sub(logs.narrow(0, 1, rows - 1L)))
                            .sum(new long[] {1, 2});
                    float[] values = Tensors.toFloats(each);
                    Arrays.setAll(sums, i -> sums[i] + values[i]);
                }
            }
        }
        return sums;
    }
}
