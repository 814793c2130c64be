package dev.vivarium.engine.capture;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * Cuts rows into batches of like lengths, a few at a time, so that memory does not grow with their number.
 *
 * @param mostTokens of one batch, padding counted; a longer row is a batch of its own
 */
record Batches(long mostTokens) {
    /** Rows that are sorted by length together. */
    static final int CHUNK = 128;

    static final int MOST_TOKENS = 2048;

    /** Takes a batch, the longest row last. */
    interface Sink {
        /** @param numbers the place of each row among all rows, from 0 */
        void accept(List<CaptureRow> rows, int[] numbers);
    }

    private record Numbered(int number, CaptureRow row) {}

    /**
     * Hands out all rows.
     *
     * @param done told the number of rows that are done, from time to time
     */
    void each(Iterator<CaptureRow> rows, Sink sink, IntConsumer done) {
        int taken = 0;
        int finished = 0;
        while (rows.hasNext()) {
            List<Numbered> chunk = new ArrayList<>();
            while (rows.hasNext() && chunk.size() < CHUNK) {
                chunk.add(new Numbered(taken++, rows.next()));
            }
            chunk.sort(Comparator.comparingInt(one -> one.row.length()));
            for (int from = 0; from < chunk.size(); ) {
                int to = from + 1;
                while (to < chunk.size()
                        && (long) (to + 1 - from) * chunk.get(to).row.length() <= mostTokens) {
                    to++;
                }
                List<Numbered> batch = chunk.subList(from, to);
                sink.accept(
                        batch.stream().map(Numbered::row).toList(),
                        batch.stream().mapToInt(Numbered::number).toArray());
                finished += to - from;
                done.accept(finished);
                from = to;
            }
        }
    }
}
