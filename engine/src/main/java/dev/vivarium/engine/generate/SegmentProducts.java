package dev.vivarium.engine.generate;

import dev.vivarium.engine.tensor.Products;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Segment by segment for all rows at once, as bfloat16 and GPUs need it; prompts that rows share are read once for them. */
final class SegmentProducts implements CacheProducts {
    private final KeySegments own;
    private final SharedPrompts shared;
    private final int count;
    private final int segments;
    private final int levels;

    /**
     * @param count rows
     * @param segments that their own tokens take
     * @param levels that their prompts take
     */
    SegmentProducts(KeySegments own, SharedPrompts shared, int count, int segments, int levels) {
        this.own = own;
        this.shared = shared;
        this.count = count;
        this.segments = segments;
        this.levels = levels;
    }

    @Override
    public int levels() {
        return levels;
    }

    @Override
    public Tensor scores(int layer, Tensor queries) {
        TensorVector parts = new TensorVector();
        Tensor flat = queries.view(-1, queries.size(2), queries.size(3));
        for (int segment = 0; segment < segments; segment++) {
            parts.push_back(Products.bmm(flat, own.keys(layer, segment, count).transpose(1, 2)));
        }
        if (levels > 0) {
            Tensor byBench = shared.byBench(queries);
            for (int level = 0; level < levels; level++) {
                parts.push_back(shared.scores(layer, level, byBench));
            }
        }
        Tensor scores = parts.size() == 1 ? parts.get(0) : torch.cat(parts, 2);
        return scores.view(count, queries.size(1), queries.size(2), -1);
    }

    @Override
    public Tensor mixed(int layer, Tensor weights) {
        List<Tensor> parts = new ArrayList<>();
        for (int segment = 0; segment < segments; segment++) {
            Tensor seen = of(weights, segment).reshape(-1, weights.size(2), KeySegments.SIZE);
            parts.add(Products.bmm(seen, own.values(layer, segment, count)));
        }
        for (int level = 0; level < levels; level++) {
            parts.add(shared.mixed(
                    layer, level, shared.byBench(of(weights, segments + level).contiguous())));
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

    private static Tensor of(Tensor weights, int segment) {
        return weights.narrow(3, (long) segment * KeySegments.SIZE, KeySegments.SIZE);
    }
}
