package dev.vivarium.engine.generate;

import dev.vivarium.engine.model.Attention;
import dev.vivarium.engine.model.Decoder;
import dev.vivarium.engine.model.ForwardHooks;
import dev.vivarium.engine.model.ModelConfig;
import dev.vivarium.engine.model.Reach;
import dev.vivarium.engine.model.TextAttention;
import dev.vivarium.engine.tensor.Floats;
import dev.vivarium.engine.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * A prompt's keys and values in all layers, computed alone (one row), so that they depend on nothing but the prompt; held
 * once for all its rows and freed with the last of them.
 *
 * <p>{@code cache} is (segments, layers, 2, kvHeads, {@link KeySegments#SIZE}, headDim): keys, then values, in the decoder's
 * number format, zero behind the last token.
 */
final class PromptCache {
    private final Tensor cache;
    private final int tokens;
    private final AtomicInteger rows;

    private PromptCache(Tensor cache, int tokens, int rows) {
        this.cache = cache;
        this.tokens = tokens;
        this.rows = new AtomicInteger(rows);
    }

    /** What is done with the logits (1, vocab) of a prompt's next token, inside the scope of the pass. */
    interface NextToken {
        void read(Tensor logits);
    }

    /**
     * @param rows how many will each {@link #release} it
     */
    static PromptCache prefill(Decoder decoder, int[] prompt, int rows, ForwardHooks hooks, NextToken next) {
        ModelConfig config = decoder.config();
        int tokens = prompt.length;
        try (PointerScope scope = new PointerScope()) {
            Tensor ids = Tensors.longs(Arrays.stream(prompt).asLongStream().toArray(), 1, tokens);
            Tensor cache = torch.zeros(
                    new long[] {
                        KeySegments.count(tokens),
                        config.layers(),
                        2,
                        config.kvHeads(),
                        KeySegments.SIZE,
                        config.headDim()
                    },
                    decoder.device().options(decoder.precision().scalarType()));
            Tensor hidden = decoder.hidden(ids, new Recording(TextAttention.causal(tokens), cache), hooks);
            next.read(decoder.logits(hidden.select(1, tokens - 1)));
            return new PromptCache(Tensors.keep(cache), tokens, rows);
        }
    }

    int tokens() {
        return tokens;
    }

    int segments() {
        return KeySegments.count(tokens);
    }

    /** Of one segment: (layers, 2, kvHeads, {@link KeySegments#SIZE}, headDim). */
    Tensor segment(int number) {
        return cache.select(0, number);
    }

    /** Keys (0) or values (1) of a layer by segment, each (kvHeads, {@link KeySegments#SIZE}, headDim). */
    List<Floats> part(int layer, int which) {
        List<Floats> parts = new ArrayList<>();
        for (int segment = 0; segment < segments(); segment++) {
            parts.add(Floats.of(segment(segment).select(0, layer).select(0, which)));
        }
        return parts;
    }

    /** All keys of a layer in one piece: (1, kvHeads, tokens, headDim). */
    Tensor keys(int layer) {
        return whole(layer, 0);
    }

    /** As {@link #keys}. */
    Tensor values(int layer) {
        return whole(layer, 1);
    }

    private Tensor whole(int layer, int which) {
        Tensor segments = cache.select(1, layer).select(1, which);
        return segments.transpose(0, 1)
                .reshape(1, segments.size(1), -1, segments.size(3))
                .narrow(2, 0, tokens);
    }

    /** One more row uses it. */
    void hold() {
        rows.incrementAndGet();
    }

    /** A row has ended, or will not begin. */
    void release() {
        release(1);
    }

    /** So many rows have. */
    void release(int count) {
        if (rows.addAndGet(-count) == 0) {
            Tensors.free(cache);
        }
    }

    /** Attends like another, and writes down keys and values. */
    private record Recording(Attention inner, Tensor cache) implements Attention {
        @Override
        public Tensor positions() {
            return inner.positions();
        }

        @Override
        public int positionLimit() {
            return inner.positionLimit();
        }

        @Override
        public Tensor attend(int layer, Reach reach, Tensor query, Tensor key, Tensor value) {
            long tokens = key.size(2);
            for (long from = 0; from < tokens; from += KeySegments.SIZE) {
                long length = Math.min(KeySegments.SIZE, tokens - from);
                Tensor own = cache.select(0, from / KeySegments.SIZE).select(0, layer);
                own.select(0, 0).narrow(1, 0, length).copy_(key.select(0, 0).narrow(1, from, length));
                own.select(0, 1).narrow(1, 0, length).copy_(value.select(0, 0).narrow(1, from, length));
            }
            return inner.attend(layer, reach, query, key, value);
        }
    }
}
