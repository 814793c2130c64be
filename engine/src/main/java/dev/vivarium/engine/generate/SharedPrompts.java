package dev.vivarium.engine.generate;

import dev.vivarium.engine.model.ModelConfig;
import dev.vivarium.engine.tensor.Device;
import dev.vivarium.engine.tensor.Products;
import dev.vivarium.engine.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * The prompts of a block's rows, each multiplied with all the rows of a bench at once, a bench being {@link #bench}
 * neighbouring places.
 *
 * <p>All places of a bench take part in the product with each prompt that one of them has, and each reads the product with
 * its own. So a product's shape is the same whatever prompts the neighbours have, and the keys of a prompt are read once a
 * bench instead of once a row.
 */
final class SharedPrompts implements AutoCloseable {
    private static final int BENCH = 8;

    private final ModelConfig config;
    private final int bench;
    private List<Level> levels = new ArrayList<>(); // by segment of the prompts

    /** A bench and a prompt that one of its places has. */
    private record Pair(int bench, PromptCache prompt) {}

    /**
     * The products with one segment of the prompts.
     *
     * @param own for each place its row among the products' rows, (bench number in pairs) · bench + place in the bench
     * @param segments (layers, 2, pairs · kvHeads, SIZE, headDim)
     * @param benches the pairs' benches; null where that is each bench once, in order
     * @param rows {@code own} as a tensor; null where it is every row in order
     */
    private record Level(
            List<Pair> pairs,
            long[] own,
            Tensor segments,
            @Nullable Tensor benches,
            @Nullable Tensor rows) {
        void close() {
            Tensors.free(segments);
            for (Tensor tensor : new Tensor[] {benches, rows}) {
                if (tensor != null) {
                    Tensors.free(tensor);
                }
            }
        }
    }

    SharedPrompts(ModelConfig config, int places) {
        this.config = config;
        this.bench = bench(places);
    }

    /** Places that a block gets for so many rows: whole benches, but for very few. */
    static int places(int rows) {
        return rows < BENCH ? rows : (rows + BENCH - 1) / BENCH * BENCH;
    }

    /** Places that take part when the rows stand at the first {@code rows}. */
    int padded(int rows) {
        return (rows + bench - 1) / bench * bench;
    }

    private static int bench(int places) {
        return places % BENCH == 0 ? BENCH : places;
    }

    /**
     * Follows the rows; what has not changed since the last step is kept.
     *
     * @param prompts by place, null where there is no row; the length is a multiple of the bench
     * @return the number of levels, segments of the longest prompt
     */
    int follow(@Nullable PromptCache[] prompts) {
        int most = Arrays.stream(prompts)
                .filter(Objects::nonNull)
                .mapToInt(PromptCache::segments)
                .max()
                .orElse(0);
        while (levels.size() > most) {
            levels.removeLast().close();
        }
        for (int level = 0; level < most; level++) {
            List<Pair> pairs = new ArrayList<>();
            long[] own = new long[prompts.length];
            pair(prompts, level, pairs, own);
            Level known = level < levels.size() ? levels.get(level) : null;
            if (known == null) {
                levels.add(level(level, pairs, own));
            } else if (!known.pairs.equals(pairs) || !Arrays.equals(known.own, own)) {
                known.close();
                levels.set(level, level(level, pairs, own));
            }
        }
        return most;
    }

    /** A place without a prompt that long reads a product of its bench too, in which it weighs nothing. */
    private void pair(@Nullable PromptCache[] prompts, int level, List<Pair> pairs, long[] own) {
        PromptCache any = null;
        for (PromptCache prompt : prompts) {
            any = has(prompt, level) ? prompt : any;
        }
        for (int from = 0; from < prompts.length; from += bench) {
            int first = pairs.size();
            for (int place = from; place < from + bench; place++) {
                PromptCache prompt = prompts[place];
                if (has(prompt, level)) {
                    Pair pair = new Pair(from / bench, prompt);
                    int at = pairs.subList(first, pairs.size()).indexOf(pair);
                    if (at < 0) {
                        at = pairs.size() - first;
                        pairs.add(pair);
                    }
                    own[place] = (long) (first + at) * bench + place - from;
                } else {
                    own[place] = (long) first * bench + place - from;
                }
            }
            if (pairs.size() == first) {
                pairs.add(new Pair(from / bench, Objects.requireNonNull(any)));
            }
        }
    }

    private static boolean has(@Nullable PromptCache prompt, int level) {
        return prompt != null && prompt.segments() > level;
    }

    private Level level(int number, List<Pair> pairs, long[] own) {
        try (PointerScope scope = new PointerScope()) {
            TensorVector parts = new TensorVector();
            for (Pair pair : pairs) {
                parts.push_back(pair.prompt.segment(number));
            }
            Tensor segments = torch.stack(parts, 2)
                    .view(
                            config.layers(),
                            2,
                            (long) pairs.size() * config.kvHeads(),
                            KeySegments.SIZE,
                            config.headDim());
            // one pair a bench at least, so an equal number means each bench once
            boolean once = (long) pairs.size() * bench == own.length;
            long[] benches = pairs.stream().mapToLong(Pair::bench).toArray();
            Device device = Device.of(segments);
            return new Level(
                    pairs,
                    own,
                    Tensors.keep(segments),
                    once ? null : Tensors.keep(device.put(Tensors.longs(benches, benches.length))),
                    once ? null : Tensors.keep(device.put(Tensors.longs(own, own.length))));
        }
    }

    /** Brings (rows, kvHeads, group, n) into the order of the products: (benches, kvHeads, bench · group, n). */
    Tensor byBench(Tensor rows) {
        long group = rows.size(2);
        long n = rows.size(3);
        return rows.view(-1, bench, config.kvHeads(), group, n)
                .permute(0, 2, 1, 3, 4)
                .reshape(-1, config.kvHeads(), bench * group, n)
                .contiguous(); // where a group is one head, reshape leaves a view in another order
    }

    /**
     * Queries times keys of one segment of each row's own prompt.
     *
     * @param queries (benches, kvHeads, bench · group, headDim)
     * @return (rows · kvHeads, group, SIZE)
     */
    Tensor scores(int layer, int level, Tensor queries) {
        Tensor keys = levels.get(level).segments.select(0, layer).select(0, 0);
        return product(levels.get(level), queries, keys.transpose(1, 2));
    }

    /**
     * Weights times values of one segment of each row's own prompt.
     *
     * @param weights (benches, kvHeads, bench · group, SIZE), zero where a row's prompt has no token
     * @return (rows · kvHeads, group, headDim)
     */
    Tensor mixed(int layer, int level, Tensor weights) {
        return product(
                levels.get(level),
                weights,
                levels.get(level).segments.select(0, layer).select(0, 1));
    }

    private Tensor product(Level level, Tensor byBench, Tensor right) {
        Tensor paired = level.benches == null ? byBench : byBench.index_select(0, level.benches);
        long pairs = paired.size(0);
        long heads = config.kvHeads();
        long group = paired.size(2) / bench;
        Tensor product = Products.bmm(paired.view(pairs * heads, bench * group, paired.size(3)), right);
        Tensor rows = product.view(pairs, heads, bench, group, product.size(2))
                .permute(0, 2, 1, 3, 4)
                .reshape(pairs * bench, heads * group * product.size(2));
        Tensor own = level.rows == null ? rows : rows.index_select(0, level.rows);
        return own.view(own.size(0) * heads, group, product.size(2));
    }

    @Override
    public void close() {
        levels.forEach(Level::close);
        levels.clear();
    }
}
