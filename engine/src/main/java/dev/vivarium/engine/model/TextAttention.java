package dev.vivarium.engine.model;

import dev.vivarium.engine.tensor.Device;
import dev.vivarium.engine.tensor.Products;
import dev.vivarium.engine.tensor.Tensors;
import java.util.HashMap;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * Causal attention over whole texts, as training, scoring and prompts need it.
 *
 * <p>Rows padded on the right need no mask: a real token never looks to its right. Rows padded on the left do, and there
 * each padded position sees itself, so that no row of the softmax is empty and no NaN arises. A layer's window counts
 * columns, so padding must not lie between the real tokens of a row.
 */
public final class TextAttention implements Attention {
    private static final int PRODUCT_TOKENS = 256;

    private final Tensor positions;
    private final int tokens;
    private final @Nullable Tensor seen; // (rows, 1, tokens, tokens) bool; null where all rows are plainly causal
    private final Map<Integer, Tensor> windowed = new HashMap<>(); // seen, by window, made when first needed
    private final Map<Integer, Tensor> added = new HashMap<>(); // the same for the products' own mask

    private final @Nullable PointerScope home = PointerScope.getInnerScope();

    private TextAttention(Tensor positions, int tokens, @Nullable Tensor seen) {
        this.positions = positions;
        this.tokens = tokens;
        this.seen = seen;
    }

    /** Rows of {@code tokens} tokens without padding, or padded on the right. */
    public static TextAttention causal(int tokens) {
        return new TextAttention(Tensors.range(tokens), tokens, null);
    }

    /**
     * Rows padded on the left, the right or both.
     *
     * @param real (rows, tokens) int64, 1 at real tokens and 0 at padding; positions count the real tokens of a row
     */
    public static TextAttention masked(Tensor real) {
        long rows = real.size(0);
        long tokens = real.size(1);
        Tensor counted =
                real.cumsum(1).sub(new Scalar(1L)).clamp_min(new Scalar(0L)).mul(real);
        Tensor earlier = torch.ones(new long[] {tokens, tokens}).tril().view(1, 1, tokens, tokens);
        Tensor self = torch.eye(tokens).view(1, 1, tokens, tokens);
        Tensor seen = earlier.mul(real.view(rows, 1, 1, tokens)).add(self).gt(new Scalar(0));
        return new TextAttention(counted, Math.toIntExact(tokens), seen);
    }

    @Override
    public Tensor positions() {
        return positions;
    }

    @Override
    public int positionLimit() {
        return tokens;
    }

    @Override
    public Tensor attend(int layer, Reach reach, Tensor query, Tensor key, Tensor value) {
        Device device = Device.of(query);
        if (device.cuda() || Tensors.type(query) == ScalarType.Float) {
            return fused(reach, query, key, value, device);
        }
        // libtorch's fused kernel takes about ten times as long for bfloat16 on a CPU
        if (tokens <= PRODUCT_TOKENS && !Products.widened(query)) {
            return products(reach, query, key, value);
        }
        return fused(reach, query.to(ScalarType.Float), key.to(ScalarType.Float), value.to(ScalarType.Float), device)
                .to(query.scalar_type());
    }

    private Tensor fused(Reach reach, Tensor query, Tensor key, Tensor value, Device device) {
        boolean grouped = query.size(1) != key.size(1);
        Tensor visible = seen(reach.window(), device);
        return torch.scaled_dot_product_attention(
                query,
                key,
                value,
                visible == null ? new TensorOptional() : new TensorOptional(visible),
                0.0,
                visible == null,
                new DoubleOptional(reach.scale()),
                grouped);
    }

    /**
     * Two matrix products in the operands' own format with the softmax between them in float32. Heads that share keys
     * stand below each other as queries of one head. All weights are held, so it is for short texts.
     */
    private Tensor products(Reach reach, Tensor query, Tensor key, Tensor value) {
        long rows = query.size(0);
        long kvHeads = key.size(1);
        long group = query.size(1) / kvHeads;
        long width = query.size(3);
        Tensor stacked = query.reshape(rows * kvHeads, group * tokens, width);
        Tensor keys = key.reshape(rows * kvHeads, tokens, width);
        Tensor scores = Products.bmm(stacked, keys.transpose(1, 2)).view(rows, kvHeads, group, tokens, tokens);
        // the scale is applied in float32: mask + scale · scores
        Tensor masked = mask(reach.window()).add(scores, new Scalar(reach.scale()));
        Tensor weights = torch.softmax(masked, -1).to(query.scalar_type());
        return Products.bmm(
                        weights.view(rows * kvHeads, group * tokens, tokens),
                        value.reshape(rows * kvHeads, tokens, width))
                .view(rows, kvHeads * group, tokens, width);
    }

    /** Which positions a token sees, (1 or rows, 1, tokens, tokens) bool; null where that is all before it. */
    private @Nullable Tensor seen(int window, Device device) {
        if (window >= tokens && (seen == null || !device.cuda())) {
            return seen;
        }
        int within = Math.min(window, tokens);
        Tensor known = windowed.get(within);
        if (known == null) {
            Tensor near = torch.ones(new long[] {tokens, tokens}, new TensorOptions(ScalarType.Bool))
                    .triu(1L - within)
                    .view(1, 1, tokens, tokens);
            known = device.put(seen == null ? near.tril() : near.logical_and(seen));
            windowed.put(within, mine(known));
        }
        return known;
    }

    /** Masks are made when first needed, inside a block, and serve the blocks after it. */
    private Tensor mine(Tensor mask) {
        return home == null ? mask : Tensors.release(Tensors.keep(mask), home);
    }

    /** 0 where visible, -infinity elsewhere: (1 or rows, 1, 1, tokens, tokens) float32. */
    private Tensor mask(int window) {
        int within = Math.min(window, tokens);
        Tensor known = added.get(within);
        if (known == null) {
            Tensor visible = seen(within, Device.CPU);
            Tensor hidden = visible == null
                    ? torch.ones(new long[] {tokens, tokens}, new TensorOptions(ScalarType.Bool))
                            .triu(1)
                            .view(1, 1, tokens, tokens)
                    : visible.logical_not();
            known = Tensors.zeros(hidden.size(0), 1, 1, tokens, tokens)
                    .masked_fill(hidden.unsqueeze(1), new Scalar(Double.NEGATIVE_INFINITY));
            added.put(within, mine(known));
        }
        return known;
    }
}
