package dev.vivarium.engine.generate;

import dev.vivarium.engine.model.Attention;
import dev.vivarium.engine.model.Decoder;
import dev.vivarium.engine.model.ForwardHooks;
import dev.vivarium.engine.model.Reach;
import dev.vivarium.engine.tensor.Device;
import dev.vivarium.engine.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * An answer that has begun, and what may come next in it: the k most probable tokens, best first, by raw log-probabilities at
 * temperature 1. The prompt is computed once; every way to go on reads its keys and values.
 *
 * <p>Serves one thread. Values agree with those of one pass over prompt and continuation up to rounding.
 */
public final class OpenAnswer implements AutoCloseable {
    private final Decoder decoder;
    private final IntFunction<String> spelling;
    private final PromptCache prompt;
    private final int k;
    private final List<NextToken> first;

    /**
     * A token that may come next.
     *
     * @param token its id
     * @param text the token alone, special ones by their spelling
     */
    public record NextToken(int token, String text, double logProbability) {}

    private OpenAnswer(
            Decoder decoder, IntFunction<String> spelling, PromptCache prompt, int k, List<NextToken> first) {
        this.decoder = decoder;
        this.spelling = spelling;
        this.prompt = prompt;
        this.k = k;
        this.first = first;
    }

    /**
     * @param spelling text of a token
     */
    static OpenAnswer of(Decoder decoder, IntFunction<String> spelling, int[] prompt, int k) {
        List<NextToken> first = new ArrayList<>();
        try (NoGradGuard noGrad = new NoGradGuard()) {
            PromptCache cache = PromptCache.prefill(
                    decoder,
                    prompt,
                    1,
                    ForwardHooks.NONE,
                    logits -> first.addAll(best(logits, k, spelling).getFirst()));
            return new OpenAnswer(decoder, spelling, cache, k, List.copyOf(first));
        }
    }

    /** What may come next. */
    public List<NextToken> next() {
        return first;
    }

    /**
     * What may come after each of several ways to go on.
     *
     * @param further token ids, all of one length of at least one
     */
    public List<List<NextToken>> next(List<int[]> further) {
        int rows = further.size();
        int length = further.isEmpty() ? 0 : further.getFirst().length;
        if (length == 0 || further.stream().anyMatch(tokens -> tokens.length != length)) {
            throw new IllegalArgumentException("ways to go on must be of one length, at least one token");
        }
        long[] ids = new long[rows * length];
        for (int row = 0; row < rows; row++) {
            for (int i = 0; i < length; i++) {
                ids[row * length + i] = further.get(row)[i];
            }
        }
        try (PointerScope scope = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard()) {
            Tensor hidden = decoder.hidden(
                    Tensors.longs(ids, rows, length), new Behind(prompt, rows, length), ForwardHooks.NONE);
            return best(decoder.logits(hidden.select(1, length - 1L)), k, spelling);
        }
    }

    /** Of logits (rows, vocab). */
    private static List<List<NextToken>> best(Tensor logits, int k, IntFunction<String> spelling) {
        int width = Math.toIntExact(Math.min(k, logits.size(1)));
        T_TensorTensor_T top = torch.topk(torch.log_softmax(logits.to(ScalarType.Float), 1), width, 1, true, true);
        float[] values = Tensors.toFloats(top.get0());
        long[] ids = Tensors.toLongs(top.get1());
        List<List<NextToken>> rows = new ArrayList<>();
        for (int from = 0; from < ids.length; from += width) {
            List<NextToken> row = new ArrayList<>();
            for (int i = from; i < from + width; i++) {
                int token = Math.toIntExact(ids[i]);
                row.add(new NextToken(token, spelling.apply(token), values[i]));
            }
            rows.add(List.copyOf(row));
        }
        return rows;
    }

    @Override
    public void close() {
        prompt.release();
    }

    /** Few new tokens a row, all rows behind the same prompt. */
    private static final class Behind implements Attention {
        private final PromptCache prompt;
        private final int rows;
        private final int length;
        private final Tensor positions;

        Behind(PromptCache prompt, int rows, int length) {
            this.prompt = prompt;
            this.rows = rows;
            this.length = length;
            this.positions = Tensors.range(length).add(new Scalar((long) prompt.tokens()));
        }

        @Override
        public Tensor positions() {
            return positions;
        }

        @Override
        public int positionLimit() {
            return prompt.tokens() + length;
        }

        @Override
        public Tensor attend(int layer, Reach reach, Tensor query, Tensor key, Tensor value) {
            Tensor keys = Tensors.cat(2, prompt.keys(layer).expand(rows, -1, -1, -1), key);
            Tensor values = Tensors.cat(2, prompt.values(layer).expand(rows, -1, -1, -1), value);
            Tensor out = torch.scaled_dot_product_attention(
                    query.to(ScalarType.Float),
                    keys.to(ScalarType.Float),
                    values.to(ScalarType.Float),
                    new TensorOptional(Device.of(query).put(seen(reach.window()))),
                    0.0,
                    false,
                    new DoubleOptional(reach.scale()),
                    query.size(1) != key.size(1));
            return out.to(query.scalar_type());
        }

        /** (length, prompt + length) bool: all up to the token's own place, as far as the window reaches back. */
        private Tensor seen(int window) {
            long all = positionLimit();
            Tensor back = positions.unsqueeze(1).sub(Tensors.range(all).unsqueeze(0));
            return back.ge(new Scalar(0L)).logical_and(back.lt(new Scalar((long) window)));
        }
    }
}
