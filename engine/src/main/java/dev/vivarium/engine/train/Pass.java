package dev.vivarium.engine.train;

import dev.vivarium.engine.model.Decoder;
import dev.vivarium.engine.model.ForwardHooks;
import dev.vivarium.engine.model.TextAttention;
import dev.vivarium.engine.text.TokenRow;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorArrayRefOptional;
import org.jspecify.annotations.Nullable;

/**
 * The forward and backward pass of one micro-batch.
 *
 * <p>With checkpointing a pass keeps each block's input only and computes the block again on the way back (Chen et al. 2016,
 * arXiv 1604.06174): about a third more work, and the memory of one block instead of all. The numbers are the same, but for
 * the rounding of a tied embedding's gradient, which then adds up in two parts.
 *
 * @param model what is trained, bound to the leaves of one lane
 * @param acting what else acts while rows are learnt
 * @param prefix the states below the first block that is trained or acted on; null if that is the first of all
 * @param checkpointing whether activations are computed again
 */
record Pass(
        TrainingSubject.Bound model,
        Acting acting,
        @Nullable FrozenPrefix prefix,
        boolean checkpointing) {
    /** Adds the gradients of −Σ log p / {@code supervised}; returns that loss. */
    double likelihood(List<TokenRow> rows, long supervised) {
        PaddedBatch batch = padded(rows);
        if (batch.labels().numel() == 0) {
            return 0;
        }
        PredictedTokens tokens = tokens(batch);
        int[][] offsets = batch.offsets(rows);
        ForwardHooks hooks = acting.beside(model.hooks(offsets), offsets);
        return backward(start(rows, batch), hooks, normed -> tokens.likelihood(normed, supervised));
    }

    /** −Σ log p, without gradients. */
    double loss(List<TokenRow> rows) {
        PaddedBatch batch = padded(rows);
        if (batch.labels().numel() == 0) {
            return 0;
        }
        try (NoGradGuard noGrad = new NoGradGuard()) {
            return tokens(batch).negativeLogLikelihood(top(start(rows, batch), model.hooks(batch.offsets(rows))));
        }
    }

    /** Adds the gradients of {@code weight} times the mean divergence from the frozen model; returns the mean. */
    double divergence(List<TokenRow> rows, long measured, double weight) {
        PaddedBatch batch = padded(rows);
        if (batch.labels().numel() == 0) {
            return 0;
        }
        PredictedTokens tokens = tokens(batch);
        Tensor reference;
        try (NoGradGuard noGrad = new NoGradGuard()) {
            reference = tokens.choose(top(start(rows, batch), ForwardHooks.NONE));
        }
        return backward(
                start(rows, batch),
                model.hooks(batch.offsets(rows)),
                normed -> tokens.divergence(normed, reference, measured, weight));
    }

    private PaddedBatch padded(List<TokenRow> rows) {
        int width = Widths.ofText(
                PaddedBatch.longest(rows), decoder().config(), decoder().precision());
        return PaddedBatch.of(rows, width).on(decoder().device());
    }

    private PredictedTokens tokens(PaddedBatch batch) {
        return new PredictedTokens(decoder(), batch, PredictedTokens.MOST);
    }

    /** Adds the gradients of a loss of the normed states after the last block; returns the loss. */
    private interface Loss {
        double backward(Tensor normed);
    }

    private double backward(Tensor start, ForwardHooks hooks, Loss loss) {
        if (!checkpointing) {
            return loss.backward(top(start, hooks));
        }
        List<Tensor> inputs = new ArrayList<>();
        TextAttention attention = attention(start);
        int layers = decoder().config().layers();
        Tensor state = start.detach();
        try (NoGradGuard noGrad = new NoGradGuard()) {
            for (int layer = firstBlock(); layer < layers; layer++) {
                inputs.add(state);
                state = decoder().blocks(state, layer, layer + 1, attention, hooks);
            }
        }
        Tensor top = leaf(state);
        double result;
        try (PointerScope scope = new PointerScope()) {
            result = loss.backward(decoder().finish(top));
        }
        Tensor gradient = top.grad();
        for (int layer = layers - 1; layer >= firstBlock(); layer--) {
            Tensor input = leaf(inputs.removeLast());
            try (PointerScope scope = new PointerScope()) {
                backward(decoder().blocks(input, layer, layer + 1, attention, hooks), gradient);
            }
            gradient = input.grad();
        }
        if (start.requires_grad()) {
            backward(start, gradient);
        }
        return result;
    }

    private static void backward(Tensor output, Tensor gradient) {
        output.backward(gradient, new BoolOptional(), false, new TensorArrayRefOptional());
    }

    private static Tensor leaf(Tensor value) {
        Tensor leaf = value.detach();
        leaf.requires_grad_(true);
        return leaf;
    }

    /** What goes into the first block that is computed: (rows, tokens, hidden). */
    private Tensor start(List<TokenRow> rows, PaddedBatch batch) {
        return prefix == null
                ? decoder().embed(batch.ids())
                : prefix.states(rows, Math.toIntExact(batch.ids().size(1)));
    }

    /** The normed states after the last block. */
    private Tensor top(Tensor start, ForwardHooks hooks) {
        Decoder decoder = decoder();
        return decoder.finish(
                decoder.blocks(start, firstBlock(), decoder.config().layers(), attention(start), hooks));
    }

    private int firstBlock() {
        return prefix == null ? 0 : prefix.blocks();
    }

    private static TextAttention attention(Tensor start) {
        return TextAttention.causal(Math.toIntExact(start.size(1)));
    }

    private Decoder decoder() {
        return model.decoder();
    }
}
