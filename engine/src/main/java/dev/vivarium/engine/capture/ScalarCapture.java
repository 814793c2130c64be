package dev.vivarium.engine.capture;

import dev.vivarium.engine.adapter.AdapterBank;
import dev.vivarium.engine.adapter.AdapterSummary;
import dev.vivarium.engine.adapter.RankComponents;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.model.ForwardHooks;
import dev.vivarium.engine.model.Module;
import dev.vivarium.engine.model.TextAttention;
import dev.vivarium.engine.tensor.Tensors;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.function.IntConsumer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/**
 * Lets a model with a LoRA adapter of small rank read texts, teacher forced, and hands out the scalar s · a · x of each rank
 * component at each token that counts ({@link RankComponents}). Texts are read a few at a time and forgotten.
 */
public final class ScalarCapture {
    /** More features than this are no longer read one by one. */
    public static final int MOST_COMPONENTS = 64;

    private ScalarCapture() {}

    /** Takes what was read of a row. */
    @FunctionalInterface
    public interface Sink {
        /**
         * @param row place among all rows, from 0; rows come in no promised order
         * @param scalars (tokens that count, components)
         * @param controls the same of random directions of equal length
         */
        void accept(int row, float[][] scalars, float[][] controls);
    }

    /**
     * Makes sure that an adapter has scalars, from its files alone.
     *
     * @throws InputException if it is none of small rank
     */
    public static void check(Path adapter) {
        RankComponents.check(AdapterSummary.read(adapter), MOST_COMPONENTS);
    }

    /**
     * Reads all rows with the adapter at work.
     *
     * @param subject with an adapter
     * @param rows each with at least one token that counts; taken a few at a time
     * @param seed root of the random directions
     * @param done told the number of rows that are done, from time to time
     * @return the components, in the order of the columns
     * @throws InputException if the adapter is none of small rank, or too long a row is among them
     */
    public static List<RankComponents.Component> run(
            CaptureSubject subject, Iterator<CaptureRow> rows, long seed, Sink sink, IntConsumer done) {
        if (subject.adapter() == AdapterBank.NONE) {
            throw new IllegalArgumentException("scalars are those of an adapter");
        }
        try (RankComponents components = RankComponents.of(subject.bank(), subject.adapter(), MOST_COMPONENTS, seed)) {
            new Batches(Batches.MOST_TOKENS)
                    .each(rows, (batch, numbers) -> batch(subject, components, batch, numbers, sink), done);
            return components.all();
        }
    }

    private static void batch(
            CaptureSubject subject, RankComponents components, List<CaptureRow> rows, int[] numbers, Sink sink) {
        int width = rows.getLast().length();
        long[] ids = new long[rows.size() * width];
        List<Long> at = new ArrayList<>();
        int[] counted = new int[rows.size()];
        for (int r = 0; r < rows.size(); r++) {
            CaptureRow row = rows.get(r);
            for (int t = 0; t < row.length(); t++) {
                ids[r * width + t] = row.id(t);
                if (row.cell(t) != CaptureRow.NOWHERE) {
                    at.add((long) r * width + t);
                    counted[r]++;
                }
            }
            if (counted[r] == 0) {
                throw new IllegalArgumentException("a row has no token that counts");
            }
        }
        float[][] both = read(
                subject,
                components,
                rows.size(),
                width,
                ids,
                at.stream().mapToLong(Long::longValue).toArray());
        int from = 0;
        int n = components.all().size();
        for (int r = 0; r < rows.size(); r++) {
            float[][] scalars = new float[counted[r]][];
            float[][] controls = new float[counted[r]][];
            for (int t = 0; t < counted[r]; t++) {
                scalars[t] = Arrays.copyOfRange(both[from + t], 0, n);
                controls[t] = Arrays.copyOfRange(both[from + t], n, 2 * n);
            }
            from += counted[r];
            sink.accept(numbers[r], scalars, controls);
        }
    }

    /** For each token that counts its scalars, then its controls. */
    private static float[][] read(
            CaptureSubject subject, RankComponents components, int rows, int width, long[] ids, long[] at) {
        int n = components.all().size();
        float[][] both = new float[at.length][2 * n];
        int[] adapterOfRow = new int[rows];
        Arrays.fill(adapterOfRow, subject.adapter());
        try (PointerScope scope = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard()) {
            Tensor index = subject.decoder().device().put(Tensors.longs(at, at.length));
            int[] next = {0};
            ForwardHooks reader = new ForwardHooks() {
                @Override
                public Tensor onLinear(int layer, Module module, Tensor input, Tensor output) {
                    if (components.reads(layer, module)) {
                        Tensor counted = input.reshape(-1, input.size(-1)).index_select(0, index);
                        next[0] = put(both, n, next[0], components.read(layer, module, counted));
                    }
                    return output;
                }
            };
            subject.decoder()
                    .blocks(
                            subject.decoder().embed(Tensors.longs(ids, rows, width)),
                            0,
                            components.lastLayer() + 1,
                            TextAttention.causal(width),
                            ForwardHooks.all(List.of(reader, subject.bank().forRows(adapterOfRow))));
            if (next[0] != n) {
                throw new IllegalStateException("read " + next[0] + " of " + n + " components");
            }
        }
        return both;
    }

    private static int put(float[][] both, int n, int column, Tensor read) {
        int rank = Math.toIntExact(read.size(1) / 2);
        float[] values = Tensors.toFloats(read);
        for (int t = 0; t < both.length; t++) {
            System.arraycopy(values, t * 2 * rank, both[t], column, rank);
            System.arraycopy(values, t * 2 * rank + rank, both[t], n + column, rank);
        }
        return column + rank;
    }
}
