package dev.vivarium.engine.train;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.model.ForwardHooks;
import dev.vivarium.engine.model.TextAttention;
import dev.vivarium.engine.text.TokenRow;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * Trains a subject step by step.
 *
 * <p>The loss of a step is the sum of −log p over all supervised tokens of the step divided by their number, whatever the
 * micro-batches (protocol.md App. A (3), token-global mean). Logits are computed only where a supervised token is
 * predicted. Rows, learning rate and bias corrections are functions of the step number, so {@link #state} and
 * {@link #restore} continue a run bit by bit on the same machine and thread count. Not safe for use by several threads.
 */
public final class Trainer implements AutoCloseable {
    private static final long REDUCTION_SUM = 2; // at::Reduction::Sum

    private final TrainingSettings settings;
    private final RowSource rows;
    private final @Nullable KlTerm kl;
    private final FlatParameters parameters;
    private final TrainingSubject.Bound model;
    private final AdamW optimizer;
    private int stepsDone;

    /**
     * A trainer before its first step.
     *
     * @param kl a KL term, only for adapters because full fine-tuning has no untouched model beside it
     */
    public Trainer(TrainingSubject subject, TrainingSettings settings, RowSource rows, @Nullable KlTerm kl) {
        if (kl != null && !(subject instanceof TrainingSubject.OfAdapter)) {
            throw new InputException(
                    "a KL term needs an adapter that can be switched off; it cannot be used with method full");
        }
        this.settings = settings;
        this.rows = rows;
        this.kl = kl;
        this.parameters = new FlatParameters(subject.initial());
        this.model = subject.bind(parameters.leaves());
        this.optimizer = new AdamW(parameters, settings);
    }

    /** Optimizer steps done so far. */
    public int stepsDone() {
        return stepsDone;
    }

    /** Whether all steps are done. */
    public boolean finished() {
        return stepsDone >= settings.steps();
    }

    /** The trained tensors as they are now, by name; they change with the next step. */
    public Map<String, Tensor> parameters() {
        return parameters.leaves();
    }

    /** Number of trained values. */
    public long trainedValues() {
        return parameters.leaves().values().stream().mapToLong(Tensor::numel).sum();
    }

    /**
     * Does the next step.
     *
     * @throws DivergedException if its loss or gradient is no number; the trainer is of no use then
     */
    public StepReport step() {
        if (finished()) {
            throw new IllegalStateException("all " + settings.steps() + " steps are done");
        }
        long start = System.nanoTime();
        parameters.gradients().zero_();
        List<TokenRow> batch = rows.rows(stepsDone);
        long supervised = positive(PaddedBatch.supervised(batch), "training");
        long tokens = PaddedBatch.tokens(batch);
        double sft = accumulate(batch, group -> likelihood(group, supervised));
        double divergence = 0;
        if (kl != null) {
            List<TokenRow> reference = kl.rows().rows(stepsDone);
            long measured = positive(PaddedBatch.supervised(reference), "KL");
            tokens += PaddedBatch.tokens(reference);
            divergence = accumulate(reference, group -> divergence(group, measured, kl.weight()));
        }
        double gradNorm = clip();
        double rate = settings.schedule().at(stepsDone, settings.steps());
        stepsDone++;
        optimizer.update(stepsDone, rate);
        double loss = kl == null ? sft : sft + kl.weight() * divergence;
        if (!Double.isFinite(loss) || !Double.isFinite(gradNorm)) {
            throw new DivergedException("step " + stepsDone + " gave loss " + loss + " and gradient norm " + gradNorm);
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        return new StepReport(stepsDone, loss, sft, divergence, rate, gradNorm, supervised, tokens, seconds);
    }

    /**
     * Mean negative log-likelihood per supervised token of rows, in nats, with the parameters as they are now; changes
     * nothing.
     */
    public double loss(List<TokenRow> held) {
        long supervised = positive(PaddedBatch.supervised(held), "held-out");
        double total = 0;
        for (List<TokenRow> group : PaddedBatch.micro(held, settings.microBatchRows())) {
            try (PointerScope scope = new PointerScope();
                    NoGradGuard noGrad = new NoGradGuard()) {
                PaddedBatch batch = PaddedBatch.of(group);
                if (batch.labels().numel() > 0) {
                    total += negativeLogLikelihood(batch).item_double();
                }
            }
        }
        return total / supervised;
    }

    /** Everything a resumed run needs beside the step number: buffers of equal length by name. */
    public Map<String, Tensor> state() {
        Map<String, Tensor> state = new LinkedHashMap<>();
        state.put("values", parameters.values());
        state.put("exp_avg", optimizer.firstMoment());
        state.put("exp_avg_sq", optimizer.secondMoment());
        return state;
    }

    /** Continues from a saved {@link #state} after {@code steps} steps. */
    public void restore(int steps, Map<String, Tensor> saved) {
        for (Map.Entry<String, Tensor> buffer : state().entrySet()) {
            Tensor from = saved.get(buffer.getKey());
            if (from == null || from.numel() != buffer.getValue().numel()) {
                throw new InputException("the checkpoint's \"" + buffer.getKey()
                        + "\" does not fit this run; it was written by another recipe or model");
            }
            try (NoGradGuard noGrad = new NoGradGuard()) {
                buffer.getValue().copy_(from);
            }
        }
        stepsDone = steps;
    }

    @Override
    public void close() {
        optimizer.close();
        parameters.close();
    }

    /** Gradients by name, before clipping only while a step runs; for tests and diagnostics. */
    Map<String, Tensor> gradients() {
        return parameters.gradientViews();
    }

    private double accumulate(List<TokenRow> batch, ToDoubleFunction<List<TokenRow>> backward) {
        double total = 0;
        for (List<TokenRow> group : PaddedBatch.micro(batch, settings.microBatchRows())) {
            try (PointerScope scope = new PointerScope()) {
                total += backward.applyAsDouble(group);
            }
        }
        return total;
    }

    private double likelihood(List<TokenRow> group, long supervised) {
        PaddedBatch batch = PaddedBatch.of(group);
        if (batch.labels().numel() == 0) {
            return 0;
        }
        Tensor loss = negativeLogLikelihood(batch).div(new Scalar((double) supervised));
        loss.backward();
        return loss.item_double();
    }

    /** Sum of −log p over the labels of a batch: (). */
    private Tensor negativeLogLikelihood(PaddedBatch batch) {
        Tensor logits = logits(batch, model.hooks());
        return torch.cross_entropy_loss(logits, batch.labels(), new TensorOptional(), REDUCTION_SUM, -100, 0.0);
    }

    private double divergence(List<TokenRow> group, long measured, double weight) {
        PaddedBatch batch = PaddedBatch.of(group);
        if (batch.labels().numel() == 0) {
            return 0;
        }
        Tensor reference;
        try (NoGradGuard noGrad = new NoGradGuard()) {
            reference = torch.log_softmax(logits(batch, ForwardHooks.NONE), -1);
        }
        Tensor trained = torch.log_softmax(logits(batch, model.hooks()), -1);
        Tensor mean = reference.exp().mul(reference.sub(trained)).sum().div(new Scalar((double) measured));
        mean.mul(new Scalar(weight)).backward();
        return mean.item_double();
    }

    /** Logits at the predicting positions: (n, vocab), float32. */
    private Tensor logits(PaddedBatch batch, ForwardHooks hooks) {
        TextAttention attention =
                TextAttention.causal(Math.toIntExact(batch.ids().size(1)));
        Tensor hidden = model.decoder().hidden(batch.ids(), attention, hooks);
        Tensor chosen = hidden.view(-1, hidden.size(-1)).index_select(0, batch.predictors());
        return model.decoder().logits(chosen).to(ScalarType.Float);
    }

    private double clip() {
        try (PointerScope scope = new PointerScope()) {
            double norm = parameters.gradients().norm().item_double();
            double factor = settings.maxGradNorm() / (norm + 1e-6);
            if (factor < 1) {
                parameters.gradients().mul_(new Scalar(factor));
            }
            return norm;
        }
    }

    private static long positive(long tokens, String what) {
        if (tokens == 0) {
            throw new InputException(
                    "a step's " + what + " rows have no supervised token, so there is nothing to learn "
                            + "from; check that assistant turns are not cut off by max_seq_length");
        }
        return tokens;
    }
}
