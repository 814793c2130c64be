package dev.vivarium.engine.generate;

import dev.vivarium.engine.model.ModelConfig;
import dev.vivarium.engine.tensor.Floats;
import dev.vivarium.engine.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Row by row and head by head in float32 on a CPU, over the keys that a row has and no others: what a row gets depends on nothing
 * but the row, and places without one cost nothing.
 */
final class RowProducts implements CacheProducts {
    /** Keys are taken in steps of so many, so that few shapes of products occur. */
    private static final int STEP = 16;

    private final ModelConfig config;
    private final KeySegments own;
    private final @Nullable Row[] rows;
    private final @Nullable PromptCache[] prompts;
    private final int count;
    private final int segments;
    private final int levels;

    /**
     * @param rows at the places; the first {@code count} take part
     * @param prompts by place
     * @param segments that their own tokens take
     */
    RowProducts(
            ModelConfig config,
            KeySegments own,
            @Nullable Row[] rows,
            @Nullable PromptCache[] prompts,
            int count,
            int segments) {
        this.config = config;
        this.own = own;
        this.rows = rows;
        this.prompts = prompts;
        this.count = count;
        this.segments = segments;
        int most = 0;
        for (int place = 0; place < count; place++) {
            PromptCache prompt = prompts[place];
            most = prompt == null ? most : Math.max(most, prompt.segments());
        }
        this.levels = most;
    }

    @Override
    public int levels() {
        return levels;
    }

    @Override
    public Tensor scores(int layer, Tensor queries) {
        Tensor scores = Tensors.zeros(count, config.kvHeads(), queries.size(2), width());
        Floats from = Floats.of(queries.contiguous());
        Floats to = Floats.of(scores);
        int group = Math.toIntExact(queries.size(2));
        int dim = config.headDim();
        each(
                layer,
                0,
                group,
                (keys, at, some, head, column) ->
                        keys.times(at, some, dim, from, head * dim, to, head * width() + column));
        return scores;
    }

    @Override
    public Tensor mixed(int layer, Tensor weights) {
        int group = Math.toIntExact(weights.size(2));
        int dim = config.headDim();
        Tensor mixed = Tensors.zeros(count, config.kvHeads(), group, dim);
        Floats from = Floats.of(weights.contiguous());
        Floats to = Floats.of(mixed);
        each(
                layer,
                1,
                group,
                (values, at, some, head, column) ->
                        values.addTransposedTimes(at, some, dim, from, head * width() + column, to, head * dim));
        return mixed;
    }

    /** One product. */
    private interface Product {
        /**
         * @param cached keys or values of a segment
         * @param at where those of the head begin
         * @param some how many of them
         * @param head number among the queries of all rows
         * @param column of the segment's first key
         */
        void make(Floats cached, long at, int some, long head, long column);
    }

    private void each(int layer, int which, int group, Product product) {
        List<Floats> ownSegments = new ArrayList<>();
        for (int segment = 0; segment < segments; segment++) {
            ownSegments.add(Floats.of(own.part(layer, segment, which)));
        }
        PromptCache last = null;
        List<Floats> shared = List.of();
        for (int place = 0; place < count; place++) {
            Row row = rows[place];
            PromptCache prompt = prompts[place];
            if (row == null || prompt == null) {
                continue;
            }
            heads(ownSegments, place, row.ownPosition() + 1, place, 0, group, product);
            if (prompt != last) {
                last = prompt;
                shared = prompt.part(layer, which);
            }
            heads(shared, 0, prompt.tokens(), place, segments, group, product);
        }
    }

    /**
     * The products of one row with some segments.
     *
     * @param from place of the row in each of them
     * @param tokens that the row has there
     * @param first number of the first among all segments of the row
     */
    private void heads(List<Floats> cached, int from, int tokens, int place, int first, int group, Product product) {
        int heads = config.kvHeads();
        long size = (long) KeySegments.SIZE * config.headDim();
        for (int segment = 0; segment * KeySegments.SIZE < tokens; segment++) {
            int left = Math.min(KeySegments.SIZE, tokens - segment * KeySegments.SIZE);
            int some = (left + STEP - 1) / STEP * STEP;
            for (int head = 0; head < heads; head++) {
                for (int one = 0; one < group; one++) {
                    product.make(
                            cached.get(segment),
                            ((long) from * heads + head) * size,
                            some,
                            ((long) place * heads + head) * group + one,
                            (long) (first + segment) * KeySegments.SIZE);
                }
            }
        }
    }

    private int width() {
        return (segments + levels) * KeySegments.SIZE;
    }
}
