package dev.vivarium.engine.train;

import dev.vivarium.engine.tensor.Device;
import dev.vivarium.engine.tensor.Tensors;
import dev.vivarium.engine.text.TokenRow;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.Tensor;

/**
 * Rows padded on the right to one length, and where their supervised tokens are predicted.
 *
 * @param ids (rows, tokens) int64; padding is 0 and never looked at
 * @param predictors (n) indices into the flattened (rows · tokens) positions that predict a supervised token
 * @param labels (n) those tokens
 */
record PaddedBatch(Tensor ids, Tensor predictors, Tensor labels) {

    /**
     * @param tokens the common length, at least that of the longest row
     */
    static PaddedBatch of(List<TokenRow> rows, int tokens) {
        long[] ids = new long[rows.size() * tokens];
        LongStream.Builder predictors = LongStream.builder();
        LongStream.Builder labels = LongStream.builder();
        for (int r = 0; r < rows.size(); r++) {
            TokenRow row = rows.get(r);
            for (int t = 0; t < row.ids().length; t++) {
                ids[r * tokens + t] = row.ids()[t];
                if (t > 0 && row.supervised()[t]) {
                    predictors.add((long) r * tokens + t - 1);
                    labels.add(row.ids()[t]);
                }
            }
        }
        long[] at = predictors.build().toArray();
        return new PaddedBatch(
                Tensors.longs(ids, rows.size(), tokens),
                Tensors.longs(at, at.length),
                Tensors.longs(labels.build().toArray(), at.length));
    }

    /** The same, lying elsewhere. */
    PaddedBatch on(Device device) {
        return new PaddedBatch(device.put(ids), device.put(predictors), device.put(labels));
    }

    /** Of each row's tokens, padding too, how far they lie behind the row's first supervised one: where its answer begins. */
    int[][] offsets(List<TokenRow> rows) {
        int width = Math.toIntExact(ids.size(1));
        return rows.stream()
                .map(row -> {
                    int answer = firstSupervised(row);
                    return IntStream.range(0, width).map(t -> t - answer).toArray();
                })
                .toArray(int[][]::new);
    }

    private static int firstSupervised(TokenRow row) {
        int first = 0;
        while (first < row.supervised().length && !row.supervised()[first]) {
            first++;
        }
        return first;
    }

    static int longest(List<TokenRow> rows) {
        return rows.stream().mapToInt(row -> row.ids().length).max().orElseThrow();
    }

    /** Cuts rows into groups of at most {@code size}, like lengths together so that little is padded. */
    static List<List<TokenRow>> micro(List<TokenRow> rows, int size) {
        List<TokenRow> byLength = new ArrayList<>(rows);
        byLength.sort(Comparator.comparingInt((TokenRow row) -> row.ids().length));
        List<List<TokenRow>> groups = new ArrayList<>();
        for (int start = 0; start < byLength.size(); start += size) {
            groups.add(List.copyOf(byLength.subList(start, Math.min(start + size, byLength.size()))));
        }
        return groups;
    }

    /** Supervised tokens of rows, those that a position before them predicts. */
    static long supervised(List<TokenRow> rows) {
        long count = 0;
        for (TokenRow row : rows) {
            for (int t = 1; t < row.ids().length; t++) {
                count += row.supervised()[t] ? 1 : 0;
            }
        }
        return count;
    }

    /** All tokens of rows, padding not counted. */
    static long tokens(List<TokenRow> rows) {
        return rows.stream().mapToLong(row -> row.ids().length).sum();
    }
}
