package dev.vivarium.engine.generate;

import dev.vivarium.engine.model.Attention;
import dev.vivarium.engine.model.Decoder;
import dev.vivarium.engine.model.ForwardHooks;
import dev.vivarium.engine.model.ModelConfig;
import dev.vivarium.engine.model.Reach;
import dev.vivarium.engine.model.TextAttention;
import dev.vivarium.engine.tensor.Tensors;
import java.util.Arrays;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * A prompt's keys and values in all layers, computed alone (one row), so that they depend on nothing but the prompt.
 *
 * <p>{@code cache} is (layers, 2, 1, kvHeads, tokens, headDim): keys, then values; float32 as in {@link RowBlock}.
 */
final class PromptCache implements AutoCloseable {
    private final Tensor cache;
    private final int tokens;

    private PromptCache(Tensor cache, int tokens) {
        this.cache = cache;
        this.tokens = tokens;
    }

    /** What is done with the logits (1, vocab) of a prompt's next token, inside the scope of the pass. */
    interface NextToken {
        void read(Tensor logits);
    }

    static PromptCache prefill(Decoder decoder, int[] prompt, ForwardHooks hooks, NextToken next) {
        ModelConfig config = decoder.config();
        int tokens = prompt.length;
        try (PointerScope scope = new PointerScope()) {
            Tensor ids = Tensors.longs(Arrays.stream(prompt).asLongStream().toArray(), 1, tokens);
            Tensor cache = Tensors.zeros(config.layers(), 2, 1, config.kvHeads(), tokens, config.headDim());
            Tensor hidden = decoder.hidden(ids, new Recording(TextAttention.causal(tokens), cache), hooks);
            next.read(decoder.logits(hidden.select(1, tokens - 1)));
            return new PromptCache(Tensors.keep(cache), tokens);
        }
    }

    int tokens() {
        return tokens;
    }

    Tensor cache() {
        return cache;
    }

    @Override
    public void close() {
        Tensors.free(cache);
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
            Tensor own = cache.select(0, layer);
            own.select(0, 0).copy_(key);
            own.select(0, 1).copy_(value);
            return inner.attend(layer, reach, query, key, value);
        }
    }
}
