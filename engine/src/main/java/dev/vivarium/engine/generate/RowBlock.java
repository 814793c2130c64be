package dev.vivarium.engine.generate;

import dev.vivarium.engine.model.Attention;
import dev.vivarium.engine.model.Decoder;
import dev.vivarium.engine.model.ModelConfig;
import dev.vivarium.engine.model.Precision;
import dev.vivarium.engine.model.Reach;
import dev.vivarium.engine.tensor.Tensors;
import java.util.Arrays;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * Rows that are decoded together, each at a place of its own, over the keys and values of their prompts
 * ({@link SharedPrompts}) and of their own tokens ({@link KeySegments}).
 *
 * <p>A place without a row takes part with one visible key, so that it yields finite numbers nobody reads. Attention is made of
 * {@link CacheProducts} whose shapes depend on nothing but the model, the row and the number of places, with one softmax in
 * float32 over all of them; what a row does not see weighs exactly zero, so the lengths of its neighbours change none of its
 * bits.
 */
final class RowBlock implements AutoCloseable {
    private final Decoder decoder;
    private final ModelConfig config;
    private final @Nullable Row[] rows;
    private final @Nullable PromptCache[] prompts;
    private final KeySegments own;
    private final SharedPrompts shared;
    private final RowHooks hooks;
    private final boolean byRow;
    private int active;

    RowBlock(Decoder decoder, RowChanges changes, int places) {
        this.decoder = decoder;
        this.config = decoder.config();
        this.rows = new Row[places];
        this.prompts = new PromptCache[places];
        this.own = new KeySegments(decoder, places);
        this.shared = new SharedPrompts(config, places);
        this.hooks = new RowHooks(changes);
        this.byRow =
                decoder.precision() == Precision.FLOAT32 && !decoder.device().cuda();
    }

    int places() {
        return rows.length;
    }

    /** Number of rows in it. */
    int active() {
        return active;
    }

    @Nullable
    Row at(int place) {
        return rows[place];
    }

    /** Puts a row whose first token is drawn into a free place; it takes over the row's hold on the prompt. */
    void admit(int place, Row row, PromptCache prompt) {
        rows[place] = row;
        prompts[place] = prompt;
        active++;
    }

    /** Takes a row over from another block or another place of this one. */
    void take(int place, RowBlock from, int fromPlace) {
        Row row = from.rows[fromPlace];
        PromptCache prompt = from.prompts[fromPlace];
        if (row == null || prompt == null) {
            throw new IllegalArgumentException("no row at place " + fromPlace);
        }
        try (PointerScope scope = new PointerScope()) {
            own.take(place, from.own, fromPlace, row.ownPosition());
        }
        from.leave(fromPlace);
        admit(place, row, prompt);
    }

    /** A row has ended. */
    void release(int place) {
        PromptCache prompt = prompts[place];
        if (prompt != null) {
            leave(place);
            prompt.release();
        }
    }

    private void leave(int place) {
        rows[place] = null;
        prompts[place] = null;
        active--;
    }

    /**
     * Feeds each row its last token; call in a scope.
     *
     * @param count the places 0 … count-1 that have rows
     * @return raw logits (at least count, vocab)
     */
    Tensor step(int count) {
        int padded = shared.padded(count);
        long[] tokens = new long[padded];
        long[] positions = new long[padded];
        int[] ownPositions = new int[padded];
        int limit = 1;
        for (int place = 0; place < padded; place++) {
            Row row = rows[place];
            if (row != null) {
                tokens[place] = row.lastToken();
                positions[place] = row.position();
                ownPositions[place] = row.ownPosition();
                limit = Math.max(limit, row.position() + 1);
            }
        }
        int segments = own.prepare(ownPositions);
        CacheProducts products = byRow
                ? new RowProducts(config, own, rows, prompts, padded, segments)
                : new SegmentProducts(own, shared, padded, segments, shared.follow(Arrays.copyOf(prompts, padded)));
        Cached attention = new Cached(Tensors.longs(positions, padded, 1), limit, padded, segments, products);
        Tensor hidden = decoder.hidden(Tensors.longs(tokens, padded, 1), attention, hooks.of(rows, padded));
        return decoder.logits(hidden.select(1, 0));
    }

    /**
     * What is added to scores: 0 where visible and -infinity elsewhere, (count, 1, 1, keys) with own segments before those of
     * the prompt.
     *
     * @param window positions a token sees, its own included
     */
    private Tensor mask(int count, int segments, int levels, int window) {
        int width = (segments + levels) * KeySegments.SIZE;
        float[] mask = new float[count * width];
        Arrays.fill(mask, Float.NEGATIVE_INFINITY);
        for (int place = 0; place < count; place++) {
            Row row = rows[place];
            int at = place * width;
            if (row == null) {
                mask[at] = 0;
                continue;
            }
            long first = Math.max(0, row.position() + 1L - window);
            int prompt = row.position() - row.ownPosition();
            Arrays.fill(mask, at + (int) Math.max(0, first - prompt), at + row.ownPosition() + 1, 0);
            if (first < prompt) {
                int behind = at + segments * KeySegments.SIZE;
                Arrays.fill(mask, behind + (int) first, behind + prompt, 0);
            }
        }
        return decoder.device().put(Tensors.floats(mask, count, 1, 1, width));
    }

    @Override
    public void close() {
        for (int place = 0; place < rows.length; place++) {
            release(place);
        }
        hooks.close();
        own.close();
        shared.close();
    }

    /** One new token a row over the cache. */
    private final class Cached implements Attention {
        private final Tensor positions;
        private final int limit;
        private final int count;
        private final CacheProducts products;
        private final Tensor mask;
        private final Tensor windowed;

        private Cached(Tensor positions, int limit, int count, int segments, CacheProducts products) {
            this.positions = positions;
            this.limit = limit;
            this.count = count;
            this.products = products;
            int levels = products.levels();
            this.mask = mask(count, segments, levels, Reach.ALL);
            int window = config.local().window();
            this.windowed =
                    config.local().layers().isEmpty() || window >= limit ? mask : mask(count, segments, levels, window);
        }

        @Override
        public Tensor positions() {
            return positions;
        }

        @Override
        public int positionLimit() {
            return limit;
        }

        @Override
        public Tensor attend(int layer, Reach reach, Tensor query, Tensor key, Tensor value) {
            own.write(layer, key, value);
            long heads = config.kvHeads();
            // the heads that share keys stand as queries of one head, so that nothing is repeated
            long group = config.heads() / heads;
            Tensor queries = query.reshape(count, heads, group, config.headDim());
            Tensor scores = products.scores(layer, queries);
            Tensor seen = reach.window() == Reach.ALL ? mask : windowed;
            Tensor weights = torch.softmax(seen.add(scores, new Scalar(reach.scale())), -1)
                    .to(query.scalar_type());
            return products.mixed(layer, weights).view(count, config.heads(), 1, config.headDim());
        }
    }
}
