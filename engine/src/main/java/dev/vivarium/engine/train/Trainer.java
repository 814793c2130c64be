package dev.vivarium.engine.train;

import dev.vivarium.engine.adapter.Intervention;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.tensor.Device;
import dev.vivarium.engine.tensor.Lanes;
import dev.vivarium.engine.tensor.Torch;
import dev.vivarium.engine.text.TokenRow;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Trains a subject step by step.
 *
 * <p>The loss of a step is the sum of −log p over all supervised tokens of the step divided by their number, whatever the
 * micro-batches (protocol.md App. A (3), token-global mean). Logits are computed only where a supervised token is
 * predicted. Rows, learning rate and bias corrections are functions of the step number, so {@link #state} and
 * {@link #restore} continue a run bit by bit on the same machine and thread count. Not safe for use by several threads.
 *
 * <p>The micro-batches of a step are computed side by side in {@link Lanes} where there are enough of them, each always by
 * the same lane. Blocks below the first that is trained are computed once a row ({@link FrozenPrefix}).
 */
public final class Trainer implements AutoCloseable {
    /** Trained values above which lanes are not worth their memory. */
    private static final long LANE_VALUES = 1L << 26;

    private final TrainingSettings settings;
    private final RowSource rows;
    private final @Nullable KlTerm kl;
    private final FlatParameters parameters;
    private final List<Pass> passes = new ArrayList<>(); // by lane
    private final @Nullable FrozenPrefix prefix;
    private final Lanes lanes;
    private final AdamW optimizer;
    private int stepsDone;

    /**
     * A trainer before its first step.
     *
     * @param kl a KL term, only for adapters because full fine-tuning has no untouched model beside it
     */
    public Trainer(TrainingSubject subject, TrainingSettings settings, RowSource rows, @Nullable KlTerm kl) {
        this(subject, settings, rows, kl, List.of());
    }

    /**
     * The same with interventions that act while {@code rows} are learnt. Neither the KL term nor {@link #loss} sees them:
     * both are about the model as it will be used.
     *
     * @param interventions in the order in which they act, after the trained adapter where they meet; positions count from
     *     a row's first supervised token
     */
    public Trainer(
            TrainingSubject subject,
            TrainingSettings settings,
            RowSource rows,
            @Nullable KlTerm kl,
            List<Intervention> interventions) {
        this(subject, settings, rows, kl, interventions, lanes(values(subject), subject.device()));
    }

    Trainer(
            TrainingSubject subject,
            TrainingSettings settings,
            RowSource rows,
            @Nullable KlTerm kl,
            List<Intervention> interventions,
            int laneCount) {
        if (kl != null && !(subject instanceof TrainingSubject.OfAdapter)) {
            throw new InputException(
                    "a KL term needs an adapter that can be switched off; it cannot be used with method full");
        }
        this.settings = settings;
        this.rows = rows;
        this.kl = kl;
        this.parameters = new FlatParameters(subject.initial(), laneCount, subject.device());
        TrainingSubject.Bound first = subject.bind(parameters.leaves(0));
        Acting acting = Acting.of(first.decoder(), interventions);
        int firstBlock = Math.min(first.firstBlock(), acting.firstBlock());
        this.prefix = firstBlock == 0 ? null : new FrozenPrefix(first.decoder(), firstBlock, FrozenPrefix.BUDGET);
        for (int lane = 0; lane < laneCount; lane++) {
            TrainingSubject.Bound bound = subject.bind(parameters.leaves(lane));
            passes.add(new Pass(bound, acting, prefix, settings.gradientCheckpointing()));
        }
        this.optimizer = new AdamW(parameters, settings);
        this.lanes = Lanes.open(laneCount);
    }

    /**
     * Micro-batches computed side by side at most, for so many trained values: each lane holds gradients of its own. A GPU
     * works them off one after the other.
     */
    public static int lanes(long trainedValues, Device device) {
        return trainedValues > LANE_VALUES || device.cuda() ? 1 : Torch.threads();
    }

    /** Logits that a lane holds at once in each of their copies, for so many predicted tokens of a micro-batch. */
    public static long logits(int vocabulary, long predicted) {
        return vocabulary * Math.min(predicted, PredictedTokens.rows(vocabulary, PredictedTokens.MOST));
    }

    private static long values(TrainingSubject subject) {
        return subject.initial().values().stream().mapToLong(Tensor::numel).sum();
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
        return parameters.leaves(0);
    }

    /** Number of trained values. */
    public long trainedValues() {
        return parameters.leaves(0).values().stream().mapToLong(Tensor::numel).sum();
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
        parameters.clear();
        List<TokenRow> batch = rows.rows(stepsDone);
        long supervised = positive(PaddedBatch.supervised(batch), "training");
        long tokens = PaddedBatch.tokens(batch);
        double sft = accumulate(batch, (pass, group) -> pass.likelihood(group, supervised));
        double divergence = 0;
        if (kl != null) {
            List<TokenRow> reference = kl.rows().rows(stepsDone);
            long measured = positive(PaddedBatch.supervised(reference), "KL");
            tokens += PaddedBatch.tokens(reference);
            divergence = accumulate(reference, (pass, group) -> pass.divergence(group, measured, kl.weight()));
        }
        parameters.gather();
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
        return accumulate(held, Pass::loss) / supervised;
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
        lanes.close();
        if (prefix != null) {
            prefix.close();
        }
        optimizer.close();
        parameters.close();
    }

    /** Gradients by name, before clipping only while a step runs; for tests and diagnostics. */
    Map<String, Tensor> gradients() {
        return parameters.gradientViews();
    }

    /** What one micro-batch adds to a sum. */
    private interface Share {
        double of(Pass pass, List<TokenRow> group);
    }

    /** The sum of the shares of all micro-batches, added up in their order. */
    private double accumulate(List<TokenRow> batch, Share share) {
        int rowsALane = (batch.size() + lanes.count() - 1) / lanes.count();
        List<List<TokenRow>> groups = PaddedBatch.micro(batch, Math.min(settings.microBatchRows(), rowsALane));
        double[] shares = new double[groups.size()];
        // with fewer micro-batches than half the threads, the threads serve better inside the kernels
        if (groups.size() == 1 || 2 * groups.size() < lanes.count()) {
            for (int i = 0; i < shares.length; i++) {
                shares[i] = share(share, 0, groups.get(i));
            }
        } else {
            lanes.run(lane -> {
                for (int i = 0; i < shares.length; i++) {
                    if (lane(i) == lane) {
                        shares[i] = share(share, lane, groups.get(i));
                    }
                }
            });
        }
        return Arrays.stream(shares).sum();
    }

    private double share(Share share, int lane, List<TokenRow> group) {
        try (PointerScope scope = new PointerScope()) {
            return share.of(passes.get(lane), group);
        }
    }

    /** Micro-batches grow in length, so they are dealt out to and fro. */
    private int lane(int group) {
        int place = group % lanes.count();
        return group / lanes.count() % 2 == 0 ? place : lanes.count() - 1 - place;
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
