package dev.vivarium.engine.model;

import dev.vivarium.engine.tensor.Tensors;
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
 * each padded position sees itself, so that no row of the softmax is empty and no NaN arises.
 */
public final class TextAttention implements Attention {
    private static final int PRODUCT_TOKENS = 256;

    private final Tensor positions;
    private final int tokens;
    private final @Nullable Tensor seen; // (rows, 1, tokens, tokens) bool; null where all rows are plainly causal
    private @Nullable Tensor added; // the same for the products' own mask, made when first needed

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
     * Rows with padding anywhere.
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
    public Tensor attend(int layer, Tensor query, Tensor key, Tensor value) {
        if (Tensors.type(query) == ScalarType.Float) {
            return fused(query, key, value);
        }
        // libtorch's fused kernel takes about ten times as long for bfloat16 on a CPU
        if (tokens <= PRODUCT_TOKENS) {
            return products(query, key, value);
        }
        return fused(query.to(ScalarType.Float), key.to(ScalarType.Float), value.to(ScalarType.Float))
                .to(query.scalar_type());
    }

    private Tensor fused(Tensor query, Tensor key, Tensor value) {
        boolean grouped = query.size(1) != key.size(1);
        TensorOptional visible = seen == null ? new TensorOptional() : new TensorOptional(seen);
        return torch.scaled_dot_product_attention(
                query, key, value, visible, 0.0, seen == null, new DoubleOptional(), grouped);
    }

    /**
     * Two matrix products in the operands' own format with the softmax between them in float32. Heads that share keys
     * stand below each other as queries of one head. All weights are held, so it is for short texts.
     */
    private Tensor products(Tensor query, Tensor key, Tensor value) {
        long rows = query.size(0);
        long kvHeads = key.size(1);
        long group = query.size(1) / kvHeads;
        long width = query.size(3);
        Tensor stacked = query.reshape(rows * kvHeads, group * tokens, width);
        Tensor keys = key.reshape(rows * kvHeads, tokens, width);
        Tensor scores = torch.bmm(stacked, keys.transpose(1, 2)).view(rows, kvHeads, group, tokens, tokens);
        // the scale is applied in float32: mask + scale · scores
        Tensor masked = mask().add(scores, new Scalar(1 / Math.sqrt(width)));
        Tensor weights = torch.softmax(masked, -1).to(query.scalar_type());
        return torch.bmm(
                        weights.view(rows * kvHeads, group * tokens, tokens),
                        value.reshape(rows * kvHeads, tokens, width))
                .view(rows, kvHeads * group, tokens, width);
    }

    /** 0 where visible, -infinity elsewhere: (1 or rows, 1, 1, tokens, tokens) float32. */
    private Tensor mask() {
        Tensor known = added;
        if (known == null) {
            Tensor hidden = seen == null
                    ? torch.ones(new long[] {tokens, tokens}, new TensorOptions(ScalarType.Bool))
                            .triu(1)
                            .view(1, 1, tokens, tokens)
                    : seen.logical_not();
            known = Tensors.zeros(hidden.size(0), 1, 1, tokens, tokens)
                    .masked_fill(hidden.unsqueeze(1), new Scalar(Double.NEGATIVE_INFINITY));
            added = known;
        }
        return known;
    }
}
