package dev.vivarium.engine.capture;

import dev.vivarium.engine.model.ForwardHooks;
import dev.vivarium.engine.model.Site;
import dev.vivarium.engine.model.TextAttention;
import dev.vivarium.engine.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntConsumer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * Lets a model read texts, teacher forced, and sums up its activations at one site of some layers (protocol.md App. B,
 * captureActivations).
 *
 * <p>Texts are read a few at a time and forgotten, so memory does not grow with their number; layers above the last one that
 * is wanted are not computed. The same texts in the same order give the same sums. What texts are batched together changes
 * activations in their last digits.
 */
public final class Capture {
    /** Bytes of the activations of one batch that are held for the difference of two readings. */
    private static final long MOST_HELD = 1L << 28;

    private final CaptureSubject subject;
    private final @Nullable CaptureSubject reference;
    private final CaptureSettings settings;
    private final Moments moments;

    private Capture(
            CaptureSubject subject, @Nullable CaptureSubject reference, CaptureSettings settings, Moments moments) {
        this.subject = subject;
        this.reference = reference;
        this.settings = settings;
        this.moments = moments;
    }

    /**
     * Reads all rows.
     *
     * @param reference whose activations on the same tokens are taken off; null for none
     * @param rows each with at least one token that counts; taken a few at a time
     * @param read told the number of rows that are done, from time to time
     * @throws dev.vivarium.engine.base.InputException if the model has no such layer, or too few positions for a row
     */
    public static Moments run(
            CaptureSubject subject,
            @Nullable CaptureSubject reference,
            Iterator<CaptureRow> rows,
            CaptureSettings settings,
            IntConsumer read) {
        settings.check(subject.decoder().config());
        int hidden = subject.decoder().config().hiddenSize();
        if (reference != null && reference.decoder().config().hiddenSize() != hidden) {
            throw new IllegalArgumentException("the two models differ in width");
        }
        Moments moments = new Moments(settings, hidden);
        try {
            new Capture(subject, reference, settings, moments).read(rows, read);
            return moments;
        } catch (RuntimeException | Error e) {
            moments.close();
            throw e;
        }
    }

    private void read(Iterator<CaptureRow> rows, IntConsumer read) {
        new Batches(mostTokens()).each(rows, (batch, numbers) -> batch(batch), read);
    }

    private long mostTokens() {
        if (reference == null) {
            return Batches.MOST_TOKENS;
        }
        long each = (long) Float.BYTES * moments.hidden() * settings.layers().size();
        return Math.clamp(MOST_HELD / each, 1, Batches.MOST_TOKENS);
    }

    /** Takes what was captured of a layer, in the scope of that layer. */
    private interface Sink {
        void accept(int layer, Tensor values);
    }

    private void batch(List<CaptureRow> rows) {
        int width = rows.getLast().length();
        long[] ids = new long[rows.size() * width];
        int[][] offsets = new int[rows.size()][width];
        List<Long> at = new ArrayList<>();
        List<Integer> cells = new ArrayList<>();
        List<Double> shares = new ArrayList<>();
        for (int r = 0; r < rows.size(); r++) {
            CaptureRow row = rows.get(r);
            Arrays.setAll(offsets[r], t -> t - row.answer());
            Map<Integer, Integer> inCell = new HashMap<>();
            for (int t = 0; t < row.length(); t++) {
                inCell.merge(row.cell(t), 1, Integer::sum);
            }
            Set<Integer> met = new HashSet<>();
            for (int t = 0; t < row.length(); t++) {
                ids[r * width + t] = row.id(t);
                int cell = row.cell(t);
                if (cell != CaptureRow.NOWHERE) {
                    at.add((long) r * width + t);
                    cells.add(cell);
                    shares.add(1.0 / inCell.getOrDefault(cell, 1));
                    moments.count(cell, met.add(cell));
                }
            }
            if (met.isEmpty()) {
                throw new IllegalArgumentException("a row has no token that counts");
            }
        }
        int[] cell = cells.stream().mapToInt(Integer::intValue).toArray();
        double[] share = shares.stream().mapToDouble(Double::doubleValue).toArray();
        try (PointerScope scope = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard()) {
            Tensor tokens = Tensors.longs(ids, rows.size(), width);
            Tensor index = Tensors.longs(at.stream().mapToLong(Long::longValue).toArray(), at.size());
            Map<Integer, Tensor> others = new HashMap<>();
            if (reference != null) {
                pass(
                        reference,
                        tokens,
                        offsets,
                        index,
                        (layer, values) -> others.put(layer, Tensors.release(Tensors.keep(values), scope)));
            }
            pass(subject, tokens, offsets, index, (layer, values) -> {
                Tensor other = others.get(layer);
                moments.add(layer, cell, share, other == null ? values : values.sub(other));
            });
        }
    }

    private void pass(CaptureSubject who, Tensor tokens, int[][] offsets, Tensor index, Sink sink) {
        int[] adapterOfRow = new int[Math.toIntExact(tokens.size(0))];
        Arrays.fill(adapterOfRow, who.adapter());
        ForwardHooks capture = new ForwardHooks() {
            @Override
            public Tensor onSite(int layer, Site site, Tensor value) {
                if (site == settings.site() && settings.layers().contains(layer)) {
                    Tensor flat = value.reshape(-1, value.size(-1))
                            .index_select(0, who.decoder().device().put(index));
                    sink.accept(layer, flat.to(ScalarType.Float).cpu());
                }
                return value;
            }
        };
        who.decoder()
                .blocks(
                        who.decoder().embed(tokens),
                        0,
                        settings.layers().last() + 1,
                        TextAttention.causal(Math.toIntExact(tokens.size(1))),
                        ForwardHooks.all(List.of(who.bank().forRows(adapterOfRow, offsets), capture)));
    }
}
