package dev.vivarium.engine.generate;

import dev.vivarium.engine.tensor.CacheRows;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * One lane of a {@link DecodeLoop}: blocks of rows of its own, fed from the rows that wait for all lanes.
 *
 * <p>What several lanes share is the loop's; it is only touched while holding {@link DecodeLoop#door}.
 */
final class DecodeLane implements AutoCloseable {
    private final DecodeLoop loop;
    private final int number;
    private final int quota;
    private final Set<Integer> endTokens;
    private final List<RowBlock> blocks = new ArrayList<>();
    private int inFlight;
    private int answers;
    private long newTokens;
    private long passes;

    /**
     * @param quota rows it may have in flight
     */
    DecodeLane(DecodeLoop loop, int number, int quota) {
        this.loop = loop;
        this.number = number;
        this.quota = quota;
        this.endTokens = new HashSet<>(loop.decoder().config().eosTokenIds());
    }

    /** Works until no row is left, or another lane has failed. */
    void run() {
        boolean more = true;
        while (more && !loop.failed()) {
            synchronized (loop.door()) {
                fill();
                more = inFlight > 0 || loop.waiting().any();
            }
            merge();
            for (RowBlock block : blocks) {
                if (block.active() > 0) {
                    step(block);
                }
            }
        }
    }

    int answers() {
        return answers;
    }

    long newTokens() {
        return newTokens;
    }

    long passes() {
        return passes;
    }

    @Override
    public void close() {
        blocks.forEach(RowBlock::close);
    }

    /** Lets waiting rows enter while there is room and the loop deals them to this lane. */
    private void fill() {
        long rest = rest();
        while (loop.due(number, rest) && inFlight < quota) {
            WaitingRows.Entry entry = loop.waiting().next(row -> home(row) != null);
            if (entry == null) {
                return;
            }
            Row row = entry.row();
            row.add(entry.firstToken(), entry.firstLogProbability());
            newTokens++;
            if (finished(row)) {
                entry.prompt().release();
            } else {
                RowBlock block = home(row);
                if (block == null) {
                    throw new IllegalStateException("a place was free and is not any more");
                }
                block.admit(place(row, block), row, entry.prompt());
                inFlight++;
                rest += rest(row);
            }
            loop.waiting().admitted(entry);
        }
    }

    /** Tokens that the rows may still get. */
    private long rest() {
        long rest = 0;
        for (RowBlock block : blocks) {
            for (int place = 0; place < block.places(); place++) {
                Row row = block.at(place);
                rest += row == null ? 0 : rest(row);
            }
        }
        return rest;
    }

    private long rest(Row row) {
        return Math.max(1, loop.limit(row.promptLength()) - row.count());
    }

    /** Whether a row's place follows from the row; else rows stand at the first places of a block. */
    private boolean fixed() {
        return loop.settings().deterministic() && !loop.freedom().any();
    }

    /** The block a row can enter, made if there may be one more; null if its place is taken everywhere. */
    private @Nullable RowBlock home(Row row) {
        for (RowBlock block : blocks) {
            if (fixed() ? block.at(place(row, block)) == null : block.active() < block.places()) {
                return block;
            }
        }
        int places = loop.rowsOfBlock();
        if (blocks.size() * places >= quota) {
            return null;
        }
        RowBlock block = loop.block(places);
        blocks.add(block);
        return block;
    }

    /**
     * A row's own place where it has one; else the first behind the rows that are there. The same request under many
     * adapters or interventions has many places, as they would else wait for each other.
     */
    private int place(Row row, RowBlock block) {
        if (!fixed()) {
            return block.active();
        }
        long key = row.request().seedKey() + loop.changes().spread(row.request());
        long spread = (key * 0x9e3779b97f4a7c15L) >>> 33;
        return Math.toIntExact((spread + row.sample()) % block.places());
    }

    /** Empties the last block into the others where the places of its rows are free; only fixed places need several. */
    private void merge() {
        while (blocks.size() > 1) {
            RowBlock last = blocks.getLast();
            List<RowBlock> targets = new ArrayList<>();
            Set<List<Object>> taken = new HashSet<>();
            for (int place = 0; place < last.places(); place++) {
                if (last.at(place) != null) {
                    RowBlock target = freeAt(place, taken);
                    if (target == null) {
                        return;
                    }
                    targets.add(target);
                }
            }
            for (int place = 0; place < last.places(); place++) {
                if (last.at(place) != null) {
                    targets.removeFirst().take(place, last, place);
                }
            }
            blocks.removeLast().close();
        }
    }

    private @Nullable RowBlock freeAt(int place, Set<List<Object>> taken) {
        for (RowBlock block : blocks.subList(0, blocks.size() - 1)) {
            if (block.at(place) == null && taken.add(List.of(block, place))) {
                return block;
            }
        }
        return null;
    }

    private void step(RowBlock block) {
        int last = fixed() ? block.places() : block.active(); // behind the last row
        try (PointerScope scope = new PointerScope()) {
            Tensor logits =
                    block.step(loop.settings().deterministic() ? loop.freedom().count(last) : last);
            int few = Math.min(
                    last,
                    CacheRows.of(
                            loop.decoder().config().vocabSize(), loop.decoder().device()));
            for (int from = 0; from < last; from += few) {
                draw(block, from, Math.min(last, from + few), logits);
            }
        }
        passes++;
        // from the end, so that a row moved into a gap has been looked at
        for (int place = last - 1; place >= 0; place--) {
            Row row = block.at(place);
            if (row != null && finished(row)) {
                block.release(place);
                inFlight--;
                if (!fixed() && block.active() > place) {
                    block.take(place, block, block.active());
                }
            }
        }
    }

    private void draw(RowBlock block, int from, int to, Tensor logits) {
        try (PointerScope scope = new PointerScope()) {
            Distributions distributions = loop.filter().of(logits.narrow(0, from, (long) to - from));
            double[] uniforms = new double[to - from];
            for (int place = from; place < to; place++) {
                Row row = block.at(place);
                uniforms[place - from] = row == null ? Double.NaN : row.uniform();
            }
            distributions.expect(uniforms);
            for (int place = from; place < to; place++) {
                Row row = block.at(place);
                if (row != null) {
                    int token = distributions.draw(place - from, uniforms[place - from]);
                    row.add(token, distributions.logProbability(place - from, token));
                    newTokens++;
                }
            }
        }
    }

    /** Hands a row out if it has ended. */
    private boolean finished(Row row) {
        Completion completion;
        if (endTokens.contains(row.lastToken())) {
            completion = row.completion(Completion.Finish.STOP, true);
        } else if (loop.rule().stops(row.request().index(), row.sample(), row.buffer(), row.count())) {
            completion = row.completion(Completion.Finish.STOP, false);
        } else if (row.count() >= loop.limit(row.promptLength())) {
            completion = row.completion(Completion.Finish.LENGTH, false);
        } else {
            return false;
        }
        answers++;
        synchronized (loop.door()) {
            loop.sink().accept(completion);
        }
        return true;
    }
}
