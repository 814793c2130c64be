package dev.vivarium.engine.generate;

import dev.vivarium.engine.model.Attention;
import dev.vivarium.engine.model.Decoder;
import dev.vivarium.engine.model.ModelConfig;
import dev.vivarium.engine.model.Reach;
import dev.vivarium.engine.tensor.Products;
import dev.vivarium.engine.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * Rows that are decoded together, each at a place of its own, over the keys and values of their prompts
 * ({@link SharedPrompts}) and of their own tokens ({@link KeySegments}).
 *
 * <p>A place without a row takes part with one visible key, so that it yields finite numbers nobody reads. Attention goes
 * segment by segment, in products whose shapes depend on nothing but the model and the number of places, with one softmax in
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
    private int active;

    RowBlock(Decoder decoder, RowChanges changes, int places) {
        this.decoder = decoder;
        this.config = decoder.config();
        this.rows = new Row[places];
        this.prompts = new PromptCache[places];
        this.own = new KeySegments(decoder, places);
        this.shared = new SharedPrompts(config, places);
        this.hooks = new RowHooks(changes);
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
        int levels = shared.follow(Arrays.copyOf(prompts, padded));
        Cached attention = new Cached(Tensors.longs(positions, padded, 1), limit, padded, segments, levels);
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
        private final int segments;
        private final int levels;
        private final Tensor mask;
        private final Tensor windowed;

        private Cached(Tensor positions, int limit, int count, int segments, int levels) {
            this.positions = positions;
            this.limit = limit;
            this.count = count;
            this.segments = segments;
            this.levels = levels;
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
            Tensor scores = scores(layer, queries).view(count, heads, group, -1);
            Tensor seen = reach.window() == Reach.ALL ? mask : windowed;
            Tensor weights = torch.softmax(seen.add(scores, new Scalar(reach.scale())), -1)
                    .to(query.scalar_type());
            return mixed(layer, weights).view(count, config.heads(), 1, config.headDim());
        }

        /** (count · kvHeads, group, keys). */
        private Tensor scores(int layer, Tensor queries) {
            TensorVector parts = new TensorVector();
            Tensor flat = queries.view(-1, queries.size(2), queries.size(3));
            for (int segment = 0; segment < segments; segment++) {
                parts.push_back(
                        Products.bmm(flat, own.keys(layer, segment, count).transpose(1, 2)));
            }
            if (levels > 0) {
                Tensor byBench = shared.byBench(queries);
                for (int level = 0; level < levels; level++) {
                    parts.push_back(shared.scores(layer, level, byBench));
                }
            }
            return parts.size() == 1 ? parts.get(0) : torch.cat(parts, 2);
        }

        /** Of (count, kvHeads, group, keys): (count · kvHeads, group, headDim). */
        private Tensor mixed(int layer, Tensor weights) {
            List<Tensor> parts = new ArrayList<>();
            for (int segment = 0; segment < segments; segment++) {
                Tensor own = of(weights, segment).reshape(-1, weights.size(2), KeySegments.SIZE);
                parts.add(Products.bmm(own, RowBlock.this.own.values(layer, segment, count)));
            }
            for (int level = 0; level < levels; level++) {
                parts.add(shared.mixed(
                        layer,
                        level,
                        shared.byBench(of(weights, segments + level).contiguous())));
            }
            if (parts.size() == 1) {
                return parts.getFirst();
            }
            Tensor sum = parts.getFirst().to(ScalarType.Float);
            for (Tensor part : parts.subList(1, parts.size())) {
                sum = sum.add(part);
            }
            return sum.to(weights.scalar_type());
        }

        private Tensor of(Tensor weights, int segment) {
            return weights.narrow(3, (long) segment * KeySegments.SIZE, KeySegments.SIZE);
        }
    }
}
