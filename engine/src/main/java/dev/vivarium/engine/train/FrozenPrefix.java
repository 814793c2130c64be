package dev.vivarium.engine.train;

import dev.vivarium.engine.model.Decoder;
import dev.vivarium.engine.model.ForwardHooks;
import dev.vivarium.engine.model.TextAttention;
import dev.vivarium.engine.tensor.Tensors;
import dev.vivarium.engine.text.TokenRow;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * The states that rows have where the first block begins that is trained or acted on: everything below it never changes, so it is
 * computed once a row and kept.
 *
 * <p>Each row is computed alone. Its states then depend on nothing but the row, and a resumed run, which begins with nothing
 * kept, goes on with the same bits. Several threads may ask.
 */
public final class FrozenPrefix implements AutoCloseable {
    /** Bytes kept at most; rows beyond it are computed each time. */
    static final long BUDGET = 1L << 30;

    private final Decoder decoder;
    private final int blocks;
    private final long budget;
    private final Map<TokenRow, Tensor> kept = new ConcurrentHashMap<>(); // (tokens, hidden)
    private final AtomicLong bytes = new AtomicLong();

    /**
     * @param blocks how many blocks are below that one, one or more
     * @param budget bytes kept at most
     */
    FrozenPrefix(Decoder decoder, int blocks, long budget) {
        this.decoder = decoder;
        this.blocks = blocks;
        this.budget = budget;
    }

    /**
     * Bytes that it keeps of so many tokens.
     *
     * @param width bytes of a value
     */
    public static long bytes(long tokens, int hidden, int width) {
        return Math.min(BUDGET, tokens * hidden * width);
    }

    /** The states of rows padded on the right with zeros, in the current scope: (rows, width, hidden). */
    Tensor states(List<TokenRow> rows, int width) {
        try (NoGradGuard noGrad = new NoGradGuard()) {
            Tensor all = torch.zeros(
                    new long[] {rows.size(), width, decoder.config().hiddenSize()},
                    decoder.device().options(decoder.precision().scalarType()));
            for (int r = 0; r < rows.size(); r++) {
                TokenRow row = rows.get(r);
                Tensor own = kept.get(row);
                all.select(0, r).narrow(0, 0, row.ids().length).copy_(own == null ? computed(row) : own);
            }
            return all;
        }
    }

    /** How many blocks are below the first that is computed anew. */
    int blocks() {
        return blocks;
    }

    /** Rows whose states are kept. */
    int rows() {
        return kept.size();
    }

    private Tensor computed(TokenRow row) {
        int tokens = row.ids().length;
        Tensor states;
        try (PointerScope scope = new PointerScope()) {
            int width = Widths.ofText(tokens, decoder.config(), decoder.precision());
            Tensor ids = PaddedBatch.of(List.of(row), width).ids();
            Tensor whole =
                    decoder.blocks(decoder.embed(ids), 0, blocks, TextAttention.causal(width), ForwardHooks.NONE);
            states = Tensors.keep(whole.select(0, 0).narrow(0, 0, tokens).clone());
        }
        long size = states.numel() * decoder.precision().bytes();
        if (bytes.addAndGet(size) <= budget) {
            @Nullable Tensor earlier = kept.putIfAbsent(row, states);
            if (earlier == null) {
                return states;
            }
        }
        bytes.addAndGet(-size);
        return Tensors.release(states);
    }

    @Override
    public void close() {
        kept.values().forEach(Tensors::free);
        kept.clear();
    }
}
