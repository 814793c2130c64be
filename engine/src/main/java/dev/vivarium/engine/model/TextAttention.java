package dev.vivarium.engine.model;

import dev.vivarium.engine.tensor.Tensors;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * Causal attention over whole texts, as training, scoring and prompts need it.
 *
 * <p>Rows padded on the right need no mask: a real token never looks to its right. Rows padded on the left do, and there
 * each padded position sees itself, so that no row of the softmax is empty and no NaN arises.
 */
public final class TextAttention implements Attention {
    private final Tensor positions;
    private final int positionLimit;
    private final @Nullable Tensor mask;

    private TextAttention(Tensor positions, int positionLimit, @Nullable Tensor mask) {
        this.positions = positions;
        this.positionLimit = positionLimit;
        this.mask = mask;
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
        Tensor counted = real.cumsum(1).sub(new Scalar(1L)).clamp_min(new Scalar(0L)).mul(real);
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
        return positionLimit;
    }

    @Override
    public Tensor attend(int layer, Tensor query, Tensor key, Tensor value) {
        boolean grouped = query.size(1) != key.size(1);
        TensorOptional visible = mask == null ? new TensorOptional() : new TensorOptional(mask);
        return torch.scaled_dot_product_attention(
                query, key, value, visible, 0.0, mask == null, new DoubleOptional(), grouped);
    }
}
