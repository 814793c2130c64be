package dev.vivarium.engine.generate;

import dev.vivarium.engine.adapter.AdapterBank;
import dev.vivarium.engine.model.Decoder;
import dev.vivarium.engine.model.ForwardHooks;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** One call of {@link Generator#generate}: who is in flight, where, and who is next. */
final class DecodeLoop implements AutoCloseable {
    private final Decoder decoder;
    private final AdapterBank bank;
    private final ForwardHooks extra;
    private final SamplingSettings settings;
    private final Generator.StopRule rule;
    private final Consumer<Completion> sink;
    private final LogitFilter filter;
    private final Set<Integer> endTokens;
    private final WaitingRows waiting;
    private final List<RowBlock> blocks = new ArrayList<>();
    private final int capacity;
    private int inFlight;
    private int answers;
    private long newTokens;
    private long passes;

    DecodeLoop(
            Decoder decoder,
            AdapterBank bank,
            ForwardHooks extra,
            List<Request> requests,
            SamplingSettings settings,
            Generator.StopRule rule,
            Consumer<Completion> sink) {
        this.decoder = decoder;
        this.bank = bank;
        this.extra = extra;
        this.settings = settings;
        this.rule = rule;
        this.sink = sink;
        this.filter = new LogitFilter(settings);
        this.endTokens = new HashSet<>(decoder.config().eosTokenIds());
        this.waiting = new WaitingRows(decoder, bank, extra, requests, settings, filter);
        int longest = requests.stream()
                .mapToInt(request -> request.prompt().length)
                .map(length -> length + limit(length))
                .max()
                .orElse(1);
        this.capacity = RowBlock.roundUp(longest);
    }

    GenerationReport run() {
        long start = System.nanoTime();
        do {
            fill();
            merge();
            for (RowBlock block : blocks) {
                if (block.active() > 0) {
                    step(block);
                }
            }
        } while (inFlight > 0 || waiting.any());
        return new GenerationReport(
                answers,
                waiting.promptTokens(),
                newTokens,
                passes,
                (System.nanoTime() - start) * 1e-9,
                settings.deterministic());
    }

    @Override
    public void close() {
        waiting.close();
        blocks.forEach(RowBlock::close);
    }

    /** Lets waiting rows enter while there is room. */
    private void fill() {
        while (inFlight < settings.rows()) {
            WaitingRows.Entry entry = waiting.next(row -> home(row) != null);
            if (entry == null) {
                return;
            }
            Row row = entry.row();
            row.add(entry.firstToken(), entry.firstLogProbability());
            newTokens++;
            if (!finished(row)) {
                RowBlock block = home(row);
                if (block == null) {
                    throw new IllegalStateException("a place was free and is not any more");
                }
                block.admit(place(row, block), row, entry.prompt());
                inFlight++;
            }
            waiting.admitted(entry);
        }
    }

    /** The block a row can enter, made if there may be one more; null if its place is taken everywhere. */
    private @Nullable RowBlock home(Row row) {
        for (RowBlock block : blocks) {
            if (!settings.deterministic() || block.at(place(row, block)) == null) {
                return block;
            }
        }
        int places = settings.deterministic() ? Generator.BLOCK : settings.rows();
        if (blocks.size() * places >= settings.rows()) {
            return null;
        }
        RowBlock block = new RowBlock(decoder, bank, extra, places, capacity);
        blocks.add(block);
        return block;
    }

    /** In deterministic mode a row's own place; else the first behind the rows that are there. */
    private int place(Row row, RowBlock block) {
        if (!settings.deterministic()) {
            return block.active();
        }
        long spread = (row.request().seedKey() * 0x9e3779b97f4a7c15L) >>> 33;
        return Math.toIntExact((spread + row.sample()) % block.places());
    }

    /** Empties the last block into the others where the places of its rows are free. */
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
        int count = settings.deterministic() ? block.places() : block.active();
        try (PointerScope scope = new PointerScope()) {
            Tensor logits = block.step(count);
            Distributions distributions = filter.of(logits);
            for (int place = 0; place < count; place++) {
                Row row = block.at(place);
                if (row != null) {
                    int token = distributions.draw(place, row.uniform());
                    row.add(token, distributions.logProbability(place, token));
                    newTokens++;
                }
            }
        }
        passes++;
        // from the end, so that a row moved into a gap has been looked at
        for (int place = count - 1; place >= 0; place--) {
            Row row = block.at(place);
            if (row != null && finished(row)) {
                block.release(place);
                inFlight--;
                int last = block.active();
                if (!settings.deterministic() && last > place) {
                    block.take(place, block, last);
                }
            }
        }
    }

    /** Hands a row out if it has ended. */
    private boolean finished(Row row) {
        Completion completion;
        if (endTokens.contains(row.lastToken())) {
            completion = row.completion(Completion.Finish.STOP, true);
        } else if (rule.stops(row.buffer(), row.count())) {
            completion = row.completion(Completion.Finish.STOP, false);
        } else if (row.count() >= limit(row.promptLength())) {
            completion = row.completion(Completion.Finish.LENGTH, false);
        } else {
            return false;
        }
        answers++;
        sink.accept(completion);
        return true;
    }

    private int limit(int promptLength) {
        return Math.min(settings.maxNewTokens(), decoder.config().maxPositions() - promptLength);
    }
}
