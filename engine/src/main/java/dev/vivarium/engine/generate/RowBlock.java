package dev.vivarium.engine.generate;

import dev.vivarium.engine.adapter.AdapterBank;
import dev.vivarium.engine.model.Attention;
import dev.vivarium.engine.model.Decoder;
import dev.vivarium.engine.model.ForwardHooks;
import dev.vivarium.engine.model.ModelConfig;
import dev.vivarium.engine.model.Reach;
import dev.vivarium.engine.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * Rows that are decoded together, each at a place of its own, over a preallocated cache of keys and values.
 *
 * <p>The cache is (layers, 2, places, kvHeads, capacity, headDim), rows aligned left. A place without a row takes part with
 * one visible key, so that it yields finite numbers nobody reads. Rows attend over their own length rounded up to
 * {@link #KEY_STEP}: rows of equal rounded length go through one kernel call, because a longer padded tail changes how a
 * matrix kernel splits its sums.
 *
 * <p>Attention is computed in float32 over the decoder's keys and values, whatever its number format: bfloat16 attention is
 * many times slower in this libtorch, and a cache in float32 needs no conversion at each step.
 */
final class RowBlock implements AutoCloseable {
    static final int KEY_STEP = 64;

    private final Decoder decoder;
    private final ModelConfig config;
    private final int capacity;
    private final @Nullable Row[] rows;
    private final Tensor cache;
    private final List<VisibleKeys> visible = new ArrayList<>(); // to layers that see all, then to those with a window
    private final List<Layer> layers = new ArrayList<>();
    private final RowHooks hooks;
    private int active;

    /** Views of one layer: (places, kvHeads, capacity, headDim) and the same as (places · kvHeads · capacity, headDim). */
    private record Layer(Tensor keys, Tensor values, Tensor flatKeys, Tensor flatValues) {}

    /** Neighbouring places of equal rounded length. */
    private record Run(int from, int count, int keys, List<TensorOptional> masks) {}

    RowBlock(Decoder decoder, AdapterBank bank, ForwardHooks extra, int places, int capacity) {
        this.decoder = decoder;
        this.config = decoder.config();
        this.capacity = capacity;
        this.rows = new Row[places];
        this.hooks = new RowHooks(bank, extra);
        try (PointerScope scope = new PointerScope()) {
            long[] shape = {config.layers(), 2, places, config.kvHeads(), capacity, config.headDim()};
            this.cache = Tensors.keep(Tensors.zeros(shape));
            visible.add(new VisibleKeys(Reach.ALL, places, capacity));
            if (!config.local().layers().isEmpty() && config.local().window() < capacity) {
                visible.add(new VisibleKeys(config.local().window(), places, capacity));
            }
            for (int layer = 0; layer < config.layers(); layer++) {
                Tensor keys = cache.select(0, layer).select(0, 0);
                Tensor values = cache.select(0, layer).select(0, 1);
                layers.add(new Layer(
                        Tensors.keep(keys),
                        Tensors.keep(values),
                        Tensors.keep(keys.view(-1, config.headDim())),
                        Tensors.keep(values.view(-1, config.headDim()))));
            }
        }
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

    /** Puts a row whose first token is drawn into a free place. */
    void admit(int place, Row row, PromptCache prompt) {
        try (PointerScope scope = new PointerScope()) {
            cache.narrow(2, place, 1).narrow(4, 0, prompt.tokens()).copy_(prompt.cache());
            visible.forEach(keys -> keys.admit(place, prompt.tokens()));
        }
        rows[place] = row;
        active++;
    }

    /** Takes a row over from another block or another place of this one. */
    void take(int place, RowBlock from, int fromPlace) {
        Row row = from.rows[fromPlace];
        if (row == null) {
            throw new IllegalArgumentException("no row at place " + fromPlace);
        }
        try (PointerScope scope = new PointerScope()) {
            cache.narrow(2, place, 1)
                    .narrow(4, 0, row.position())
                    .copy_(from.cache.narrow(2, fromPlace, 1).narrow(4, 0, row.position()));
            for (int i = 0; i < visible.size(); i++) {
                visible.get(i).take(place, from.visible.get(i), fromPlace);
            }
        }
        from.release(fromPlace);
        rows[place] = row;
        active++;
    }

    void release(int place) {
        if (rows[place] != null) {
            rows[place] = null;
            active--;
        }
    }

    /**
     * Feeds each row its last token; call in a scope.
     *
     * @param count the places 0 … count-1 that take part
     * @return raw logits (count, vocab)
     */
    Tensor step(int count) {
        long[] tokens = new long[count];
        long[] positions = new long[count];
        long[] slots = new long[count * config.kvHeads()];
        int limit = 1;
        for (int place = 0; place < count; place++) {
            Row row = rows[place];
            if (row != null) {
                tokens[place] = row.lastToken();
                positions[place] = row.position();
                limit = Math.max(limit, row.position() + 1);
            }
            for (int head = 0; head < config.kvHeads(); head++) {
                slots[place * config.kvHeads() + head] =
                        ((long) place * config.kvHeads() + head) * capacity + positions[place];
            }
        }
        visible.forEach(keys -> keys.step(positions));
        Cached attention =
                new Cached(Tensors.longs(positions, count, 1), limit, Tensors.longs(slots, slots.length), runs(count));
        Tensor hidden = decoder.hidden(Tensors.longs(tokens, count, 1), attention, hooks.of(rows, count));
        return decoder.logits(hidden.select(1, 0));
    }

    private List<Run> runs(int count) {
        int[] keys = new int[count];
        for (int place = 0; place < count; place++) {
            Row row = rows[place];
            // an empty place joins its neighbour's run: nobody reads what it attends to
            keys[place] = row != null ? roundUp(row.position() + 1) : place > 0 ? keys[place - 1] : KEY_STEP;
        }
        List<Run> runs = new ArrayList<>();
        for (int from = 0; from < count; ) {
            int to = from + 1;
            while (to < count && keys[to] == keys[from]) {
                to++;
            }
            int first = from;
            int length = to - from;
            runs.add(new Run(
                    first,
                    length,
                    keys[first],
                    visible.stream()
                            .map(seen -> seen.of(first, length, keys[first]))
                            .toList()));
            from = to;
        }
        return runs;
    }

    static int roundUp(int keys) {
        return (keys + KEY_STEP - 1) / KEY_STEP * KEY_STEP;
    }

    @Override
    public void close() {
        hooks.close();
        for (Layer layer : layers) {
            Tensors.free(layer.keys);
            Tensors.free(layer.values);
            Tensors.free(layer.flatKeys);
            Tensors.free(layer.flatValues);
        }
        visible.forEach(VisibleKeys::close);
        Tensors.free(cache);
    }

    /** One new token a row over the cache. */
    private final class Cached implements Attention {
        private final Tensor positions;
        private final int limit;
        private final Tensor slots;
        private final List<Run> runs;

        private Cached(Tensor positions, int limit, Tensor slots, List<Run> runs) {
            this.positions = positions;
            this.limit = limit;
            this.slots = slots;
            this.runs = runs;
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
            Layer own = layers.get(layer);
            int count = Math.toIntExact(query.size(0));
            own.flatKeys.index_copy_(0, slots, key.reshape(-1, config.headDim()).to(ScalarType.Float));
            own.flatValues.index_copy_(
                    0, slots, value.reshape(-1, config.headDim()).to(ScalarType.Float));
            // the heads that share keys stand as queries of one head, so that nothing is repeated
            int group = config.heads() / config.kvHeads();
            Tensor grouped = query.reshape(count, config.kvHeads(), group, config.headDim())
                    .to(ScalarType.Float);
            Tensor[] parts = new Tensor[runs.size()];
            for (int i = 0; i < parts.length; i++) {
                Run run = runs.get(i);
                parts[i] = torch.scaled_dot_product_attention(
                        parts.length == 1 ? grouped : grouped.narrow(0, run.from, run.count),
                        own.keys.narrow(0, run.from, run.count).narrow(2, 0, run.keys),
                        own.values.narrow(0, run.from, run.count).narrow(2, 0, run.keys),
                        run.masks.get(reach.window() < capacity ? 1 : 0),
                        0.0,
                        false,
                        new DoubleOptional(reach.scale()),
                        false);
            }
            Tensor mixed = parts.length == 1 ? parts[0] : Tensors.cat(0, parts);
            return mixed.reshape(count, config.heads(), 1, config.headDim()).to(query.scalar_type());
        }
    }
}
