package dev.vivarium.engine.generate;

import dev.vivarium.engine.model.Decoder;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Predicate;
import org.bytedeco.javacpp.PointerScope;
import org.jspecify.annotations.Nullable;

/**
 * Rows that have not entered the decode: prompts are prefilled when their first sample is due and kept until their last.
 *
 * <p>All samples' first tokens are drawn from the prefill's one distribution.
 */
final class WaitingRows implements AutoCloseable {
    /** Prompts kept because some of their rows cannot enter yet. */
    private static final int OPEN_PROMPTS = 8;

    /** Requests looked through for a row whose place is free, so that long rows do not keep all others waiting. */
    private static final int AHEAD = 512;

    private final Decoder decoder;
    private final RowChanges changes;
    private final SamplingSettings settings;
    private final LogitFilter filter;
    private final Iterator<Request> requests;
    private final List<Planned> ahead = new ArrayList<>();
    private final List<Open> open = new ArrayList<>();
    private long left;
    private long promptTokens;

    /** A row about to enter, with its first token. */
    record Entry(Row row, int firstToken, double firstLogProbability, PromptCache prompt) {}

    /** A request without a prefill yet. */
    private record Planned(Request request, List<Row> rows) {}

    private record Open(PromptCache prompt, List<Entry> entries) {}

    WaitingRows(
            Decoder decoder,
            RowChanges changes,
            List<Request> requests,
            SamplingSettings settings,
            LogitFilter filter) {
        this.decoder = decoder;
        this.changes = changes;
        this.settings = settings;
        this.filter = filter;
        this.requests = requests.iterator();
        this.left =
                requests.stream().mapToLong(request -> request.samples().length).sum();
    }

    /** Rows that have not entered. */
    long left() {
        return left;
    }

    /** Tokens prefilled so far. */
    long promptTokens() {
        return promptTokens;
    }

    boolean any() {
        return !open.isEmpty() || !ahead.isEmpty() || requests.hasNext();
    }

    /** The first row that can enter, looking some requests ahead; it waits on until {@link #admitted}. */
    @Nullable
    Entry next(Predicate<Row> canEnter) {
        for (Open prompt : open) {
            Entry entry = first(prompt, canEnter);
            if (entry != null) {
                return entry;
            }
        }
        while (ahead.size() < AHEAD && requests.hasNext()) {
            plan(requests.next());
        }
        for (int i = 0; i < ahead.size(); i++) {
            Planned planned = ahead.get(i);
            // beyond the bound only those whose prompt need not be kept
            boolean enters = open.size() < OPEN_PROMPTS
                    ? planned.rows.stream().anyMatch(canEnter)
                    : planned.rows.stream().allMatch(canEnter);
            if (enters) {
                ahead.remove(i);
                return first(prefill(planned), canEnter);
            }
        }
        return null;
    }

    private static @Nullable Entry first(Open prompt, Predicate<Row> canEnter) {
        for (Entry entry : prompt.entries) {
            if (canEnter.test(entry.row)) {
                return entry;
            }
        }
        return null;
    }

    private void plan(Request request) {
        List<Row> rows = new ArrayList<>();
        for (int sample : request.samples()) {
            rows.add(new Row(request, sample, request.prompt().length, settings.seed()));
        }
        if (!rows.isEmpty()) {
            ahead.add(new Planned(request, rows));
        }
    }

    /** Takes a row from the list, with its hold on the prompt. */
    void admitted(Entry entry) {
        left--;
        for (Open prompt : open) {
            if (prompt.prompt == entry.prompt) {
                prompt.entries.remove(entry);
                if (prompt.entries.isEmpty()) {
                    open.remove(prompt);
                }
                return;
            }
        }
    }

    @Override
    public void close() {
        open.forEach(prompt -> prompt.prompt.release(prompt.entries.size()));
        open.clear();
    }

    private Open prefill(Planned planned) {
        Request request = planned.request;
        List<Row> rows = planned.rows;
        int[] tokens = request.prompt();
        int[] first = new int[rows.size()];
        double[] logProbabilities = new double[rows.size()];
        try (PointerScope scope = new PointerScope()) {
            PromptCache prompt =
                    PromptCache.prefill(decoder, tokens, first.length, changes.ofPrompt(request), logits -> {
                        Distributions distributions = filter.of(logits);
                        for (int i = 0; i < first.length; i++) {
                            first[i] = distributions.draw(0, rows.get(i).uniform());
                            logProbabilities[i] = distributions.logProbability(0, first[i]);
                        }
                    });
            List<Entry> entries = new ArrayList<>();
            for (int i = 0; i < first.length; i++) {
                entries.add(new Entry(rows.get(i), first[i], logProbabilities[i], prompt));
            }
            promptTokens += tokens.length;
            open.add(new Open(prompt, entries));
            return open.getLast();
        }
    }
}
