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
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorArrayRefOptional;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * The forward and backward pass of one micro-batch.
 *
 * <p>With checkpointing a pass keeps each block's input only and computes the block again on the way back (Chen et al. 2016,
 * arXiv 1604.06174): about a third more work, and the memory of one block instead of all. The numbers are the same, but for
 * the rounding of a tied embedding's gradient, which then adds up in two parts.
 *
 * @param model what is trained, bound to the leaves of one lane
 * @param prefix the states below the first trained block; null if the first block is trained
 * @param checkpointing whether activations are computed again
 */
record Pass(TrainingSubject.Bound model, @Nullable FrozenPrefix prefix, boolean checkpointing) {
    private static final long REDUCTION_SUM = 2; // at::Reduction::Sum

    /** Adds the gradients of −Σ log p / {@code supervised}; returns that loss. */
    double likelihood(List<TokenRow> rows, long supervised) {
        PaddedBatch batch = PaddedBatch.of(rows);
        if (batch.labels().numel() == 0) {
            return 0;
        }
        return backward(
                rows, batch, 1, logits -> negativeLogLikelihood(logits, batch).div(new Scalar((double) supervised)));
    }

    /** −Σ log p, without gradients. */
    double loss(List<TokenRow> rows) {
        PaddedBatch batch = PaddedBatch.of(rows);
        if (batch.labels().numel() == 0) {
            return 0;
        }
        try (NoGradGuard noGrad = new NoGradGuard()) {
            Tensor top = top(start(rows, batch), model.hooks());
            return negativeLogLikelihood(logits(top, batch), batch).item_double();
        }
    }

    /** Adds the gradients of {@code weight} times the mean divergence from the frozen model; returns the mean. */
    double divergence(List<TokenRow> rows, long measured, double weight) {
        PaddedBatch batch = PaddedBatch.of(rows);
        if (batch.labels().numel() == 0) {
            return 0;
        }
        Tensor reference;
        try (NoGradGuard noGrad = new NoGradGuard()) {
            reference = torch.log_softmax(logits(top(start(rows, batch), ForwardHooks.NONE), batch), -1);
        }
        return backward(rows, batch, weight, logits -> {
            Tensor trained = torch.log_softmax(logits, -1);
            return reference.exp().mul(reference.sub(trained)).sum().div(new Scalar((double) measured));
        });
    }

    /** A loss of the logits (n, vocab) at the predicting positions: (). */
    private interface Loss {
        Tensor of(Tensor logits);
    }

    /** Adds the gradients of {@code weight} times a loss; returns the loss. */
    private double backward(List<TokenRow> rows, PaddedBatch batch, double weight, Loss loss) {
        Tensor start = start(rows, batch);
        if (!checkpointing) {
            return backward(loss.of(logits(top(start, model.hooks()), batch)), weight);
        }
        List<Tensor> inputs = new ArrayList<>();
        TextAttention attention = attention(start);
        int layers = decoder().config().layers();
        Tensor state = start.detach();
        try (NoGradGuard noGrad = new NoGradGuard()) {
            for (int layer = firstBlock(); layer < layers; layer++) {
                inputs.add(state);
                state = decoder().blocks(state, layer, layer + 1, attention, model.hooks());
            }
        }
        Tensor top = leaf(state);
        double result;
        try (PointerScope scope = new PointerScope()) {
            result = backward(loss.of(logits(decoder().finish(top), batch)), weight);
        }
        Tensor gradient = top.grad();
        for (int layer = layers - 1; layer >= firstBlock(); layer--) {
            Tensor input = leaf(inputs.removeLast());
            try (PointerScope scope = new PointerScope()) {
                backward(decoder().blocks(input, layer, layer + 1, attention, model.hooks()), gradient);
            }
            gradient = input.grad();
        }
        if (start.requires_grad()) {
            backward(start, gradient);
        }
        return result;
    }

    private static double backward(Tensor loss, double weight) {
        (weight == 1 ? loss : loss.mul(new Scalar(weight))).backward();
        return loss.item_double();
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
        return prefix == null ? decoder().embed(batch.ids()) : prefix.states(rows);
    }

    /** The normed states after the last block. */
    private Tensor top(Tensor start, ForwardHooks hooks) {
        Decoder decoder = decoder();
        return decoder.finish(
                decoder.blocks(start, firstBlock(), decoder.config().layers(), attention(start), hooks));
    }

    private int firstBlock() {
        return prefix == null ? 0 : model.firstBlock();
    }

    private static TextAttention attention(Tensor start) {
        return TextAttention.causal(Math.toIntExact(start.size(1)));
    }

    /** Logits at the predicting positions: (n, vocab), float32. */
    private Tensor logits(Tensor normed, PaddedBatch batch) {
        Tensor chosen = normed.view(-1, normed.size(-1)).index_select(0, batch.predictors());
        return decoder().logits(chosen).to(ScalarType.Float);
    }

    private static Tensor negativeLogLikelihood(Tensor logits, PaddedBatch batch) {
        return torch.cross_entropy_loss(logits, batch.labels(), new TensorOptional(), REDUCTION_SUM, -100, 0.0);
    }

    private Decoder decoder() {
        return model.decoder();
    }
}
