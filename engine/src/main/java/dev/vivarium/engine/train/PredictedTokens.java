package dev.vivarium.engine.train;

import dev.vivarium.engine.model.Decoder;
import dev.vivarium.engine.tensor.CacheRows;
import dev.vivarium.engine.tensor.Products;
import dev.vivarium.engine.tensor.Tensors;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorArrayRefOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Losses over the logits of a batch, computed for some predicted tokens at a time.
 *
 * <p>The logits of all of them, with the copies that a loss takes, would be the largest tensors of a step where the
 * vocabulary is large. So states go through the output layer in parts: each part's logits are made, turned into their own
 * gradient in place, a few rows at a time ({@link CacheRows}), and freed; one backward pass starts from the gradient of the
 * states. A loss states its gradient itself, which
 * saves the copies that autograd would keep: ∂(−log p)/∂z = p − 1 at the label, and ∂KL(r‖q)/∂z = q − r.
 *
 * @param decoder with the output layer
 * @param batch says which states predict
 * @param most logits that live at once, in each copy
 */
record PredictedTokens(Decoder decoder, PaddedBatch batch, long most) {
    /** Logits at once: enough rows for a fast product with the largest vocabularies, and 32 MiB in bfloat16. */
    static final long MOST = 1L << 24;

    private static final long FEWEST = 16;

    /** Some predicted tokens, as places in the batch's list. */
    private record Part(long from, long count) {
        Tensor of(Tensor all) {
            return all.narrow(0, from, count);
        }
    }

    /** What a loss says about a few rows: its share of the loss; leaves ∂loss/∂logits in {@code logProbabilities}. */
    private interface Loss {
        /**
         * @param logProbabilities (n, vocab) float32, to be overwritten
         */
        double of(Tensor logProbabilities, Part few);
    }

    /** Gets ready for a part, in the part's scope. */
    private interface Preparation {
        Loss of(Part part);
    }

    /** The states that predict: (n, hidden) out of (rows, tokens, hidden). */
    Tensor choose(Tensor normed) {
        return normed.view(-1, normed.size(-1)).index_select(0, batch.predictors());
    }

    /** −Σ log p of the labels, without gradients. */
    double negativeLogLikelihood(Tensor normed) {
        double sum = 0;
        try (NoGradGuard noGrad = new NoGradGuard()) {
            Tensor states = choose(normed);
            for (long from = 0; from < states.size(0); from += rows()) {
                try (PointerScope scope = new PointerScope()) {
                    Part part = part(from, states);
                    Tensor logits = logits(part.of(states));
                    sum += inPlace(logits, part, (logProbabilities, few) -> -atLabels(logProbabilities, few));
                }
            }
        }
        return sum;
    }

    /** Adds the gradients of −Σ log p of the labels over {@code supervised}; returns that loss. */
    double likelihood(Tensor normed, long supervised) {
        double share = 1.0 / supervised;
        return backward(normed, part -> (logProbabilities, few) -> {
            double loss = -atLabels(logProbabilities, few) / supervised;
            logProbabilities.exp_().mul_(new Scalar(share));
            Tensor one = torch.full(
                    new long[] {few.count, 1},
                    new Scalar(-share),
                    decoder.device().options(ScalarType.Float));
            logProbabilities.scatter_add_(1, labels(few), one);
            return loss;
        });
    }

    /**
     * Adds the gradients of {@code weight} times the mean KL divergence from the model of {@code reference}; returns the
     * mean.
     *
     * @param reference (n, hidden) that model's own predicting states
     */
    double divergence(Tensor normed, Tensor reference, long measured, double weight) {
        return backward(normed, part -> {
            Tensor there = logits(part.of(reference));
            return (own, few) -> {
                Tensor expected = logProbabilities(there.narrow(0, few.from - part.from, few.count));
                Tensor difference = expected.sub(own);
                expected.exp_();
                double mean = difference.mul_(expected).sum().item_double() / measured;
                own.exp_().sub_(expected).mul_(new Scalar(weight / measured));
                return mean;
            };
        });
    }

    private double backward(Tensor normed, Preparation loss) {
        Tensor states = choose(normed);
        double sum = 0;
        Tensor gradient;
        try (NoGradGuard noGrad = new NoGradGuard()) {
            gradient = torch.empty_like(states);
        }
        Tensor values = states.detach();
        for (long from = 0; from < states.size(0); from += rows()) {
            try (PointerScope scope = new PointerScope()) {
                Part part = part(from, states);
                sum += backward(part, part.of(values).detach(), loss, part.of(gradient));
            }
        }
        states.backward(gradient, new BoolOptional(), false, new TensorArrayRefOptional());
        return sum;
    }

    private double backward(Part part, Tensor states, Preparation preparation, Tensor gradient) {
        Loss loss;
        try (NoGradGuard noGrad = new NoGradGuard()) {
            loss = preparation.of(part);
        }
        if (Products.widened(states)) {
            return withoutAutograd(part, states, loss, gradient);
        }
        states.requires_grad_(true);
        Tensor logits = logits(states);
        Tensor slope = logits.detach(); // the same memory: no backward formula reads the logits
        double share;
        try (NoGradGuard noGrad = new NoGradGuard()) {
            share = inPlace(slope, part, loss);
            slope.narrow(0, part.count, slope.size(0) - part.count).zero_();
        }
        logits.backward(slope, new BoolOptional(), false, new TensorArrayRefOptional());
        try (NoGradGuard noGrad = new NoGradGuard()) {
            gradient.copy_(states.grad());
        }
        return share;
    }

    /** The same where autograd would keep the whole output layer in float32; it is frozen there, as all of bfloat16. */
    private double withoutAutograd(Part part, Tensor states, Loss loss, Tensor gradient) {
        try (NoGradGuard noGrad = new NoGradGuard()) {
            Tensor slope = decoder.logits(states);
            double share = inPlace(slope, part, loss);
            gradient.copy_(decoder.slopeOfStates(slope));
            return share;
        }
    }

    /** Turns the logits of a part into ∂loss/∂logits; returns its share of the loss. */
    private double inPlace(Tensor logits, Part part, Loss loss) {
        double share = 0;
        long most = CacheRows.of(decoder.config().vocabSize(), decoder.device());
        for (long from = 0; from < part.count; from += most) {
            try (PointerScope scope = new PointerScope()) {
                long count = Math.min(most, part.count - from);
                Tensor few = logits.narrow(0, from, count);
                Tensor logProbabilities = logProbabilities(few);
                share += loss.of(logProbabilities, new Part(part.from + from, count));
                few.copy_(logProbabilities);
            }
        }
        return share;
    }

    /** Of (n, hidden): (n or more, vocab), by a product of one of few shapes. */
    private Tensor logits(Tensor states) {
        long count = states.size(0);
        long padded = Widths.of(count, decoder.precision());
        if (padded == count) {
            return decoder.logits(states);
        }
        Tensor rest = torch.zeros(new long[] {padded - count, states.size(1)}, states.options());
        return decoder.logits(Tensors.cat(0, states, rest));
    }

    private static Tensor logProbabilities(Tensor logits) {
        return torch.log_softmax(logits.to(ScalarType.Float), -1);
    }

    private double atLabels(Tensor logProbabilities, Part part) {
        return logProbabilities.gather(1, labels(part)).sum().item_double();
    }

    private Tensor labels(Part part) {
        return part.of(batch.labels()).view(-1, 1);
    }

    private Part part(long from, Tensor states) {
        return new Part(from, Math.min(rows(), states.size(0) - from));
    }

    /** Predicted tokens of a part. */
    private long rows() {
        return rows(decoder.config().vocabSize(), most);
    }

    /** Predicted tokens of a part, at least as many as make the product worth while. */
    static long rows(int vocabulary, long most) {
        long rows = Math.max(FEWEST, most / vocabulary);
        return rows / FEWEST * FEWEST;
    }
}
