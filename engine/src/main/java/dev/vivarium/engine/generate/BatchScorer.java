package dev.vivarium.engine.generate;

import dev.vivarium.engine.adapter.AdapterBank;
import dev.vivarium.engine.model.Decoder;
import dev.vivarium.engine.tensor.Lanes;
import dev.vivarium.engine.tensor.Torch;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;

/** Many batches of texts scored side by side, one batch a lane; what a text gets depends on its batch alone. */
final class BatchScorer {
    private final Decoder decoder;
    private final AdapterBank bank;
    private final Object door = new Object();

    /**
     * Texts that are computed in one pass.
     *
     * @param adapters the adapter of each, or {@link AdapterBank#NONE}
     */
    record Batch(List<Scorer.Continuation> texts, int[] adapters) {}

    /** Takes the scores of a batch; called by one lane at a time, in no promised order. */
    @FunctionalInterface
    interface Sink {
        void scored(int batch, List<double[]> scores);
    }

    BatchScorer(Decoder decoder, AdapterBank bank) {
        this.decoder = decoder;
        this.bank = bank;
    }

    void score(List<Batch> batches, Sink sink) {
        if (batches.isEmpty()) {
            return;
        }
        AtomicInteger next = new AtomicInteger();
        AtomicBoolean failed = new AtomicBoolean();
        try (Lanes lanes = Lanes.open(decoder.device().cuda() ? 1 : Math.min(Torch.threads(), batches.size()))) {
            lanes.run(lane -> {
                for (int i = next.getAndIncrement(); i < batches.size() && !failed.get(); i = next.getAndIncrement()) {
                    boolean done = false;
                    try {
                        List<double[]> scores = score(batches.get(i));
                        synchronized (door) {
                            sink.scored(i, scores);
                        }
                        done = true;
                    } finally {
                        failed.compareAndSet(false, !done);
                    }
                }
            });
        }
    }

    /** As long as the longest text, like the pass. */
    private static int[][] offsets(List<Scorer.Continuation> texts) {
        int width = texts.stream()
                .mapToInt(text -> text.context().length + text.tokens().length)
                .max()
                .orElse(0);
        return texts.stream()
                .map(text -> IntStream.range(0, width)
                        .map(t -> t - text.context().length)
                        .toArray())
                .toArray(int[][]::new);
    }

    private List<double[]> score(Batch batch) {
        try (PointerScope scope = new PointerScope()) {
            return new Scorer(decoder, bank.forRows(batch.adapters, offsets(batch.texts))).score(batch.texts);
        }
    }
}
