package dev.vivarium.engine.generate;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.model.Decoder;
import dev.vivarium.engine.model.ForwardHooks;
import dev.vivarium.engine.model.TextAttention;
import dev.vivarium.engine.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Log-probabilities the model gives to texts it is shown (protocol.md App. B, scoreText and sampleLogits).
 *
 * <p>Raw logits, temperature 1, no filter. The rows of a batch may round each other's values in the last digits.
 */
public final class Scorer {
    private final Decoder decoder;
    private final ForwardHooks hooks;

    /** A context and what follows it; both at least one token. */
    public record Continuation(int[] context, int[] tokens) {
        public Continuation {
            context = context.clone();
            tokens = tokens.clone();
            if (context.length == 0 || tokens.length == 0) {
                throw new IllegalArgumentException("context and continuation need at least one token each");
            }
        }

        @Override
        public int[] context() {
            return context.clone();
        }

        @Override
        public int[] tokens() {
            return tokens.clone();
        }
    }

    /** A token and its log-probability. */
    public record TokenScore(int token, double logProbability) {}

    public Scorer(Decoder decoder, ForwardHooks hooks) {
        this.decoder = decoder;
        this.hooks = hooks;
    }

    /** For each continuation the log-probability of each of its tokens, given all before it. */
    public List<double[]> score(List<Continuation> batch) {
        List<int[]> texts = new ArrayList<>();
        for (Continuation one : batch) {
            int[] text = Arrays.copyOf(one.context, one.context.length + one.tokens.length);
            System.arraycopy(one.tokens, 0, text, one.context.length, one.tokens.length);
            texts.add(text);
        }
        List<double[]> scores = new ArrayList<>();
        try (PointerScope scope = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard()) {
            Tensor hidden = hidden(texts);
            for (int row = 0; row < batch.size(); row++) {
                int[] tokens = batch.get(row).tokens;
                long[] ids = Arrays.stream(tokens).asLongStream().toArray();
                // the state at t predicts the token at t + 1
                Tensor states = hidden.select(0, row).narrow(0, batch.get(row).context.length - 1L, tokens.length);
                Tensor chosen = torch.gather(
                        logProbabilities(states), 1, decoder.device().put(Tensors.longs(ids, tokens.length, 1)));
                float[] values = Tensors.toFloats(chosen);
                double[] own = new double[values.length];
                for (int i = 0; i < own.length; i++) {
                    own[i] = values[i];
                }
                scores.add(own);
            }
        }
        return scores;
    }

    /** For each prompt the k most probable next tokens, best first. */
    public List<List<TokenScore>> next(List<int[]> prompts, int k) {
        List<List<TokenScore>> all = new ArrayList<>();
        try (PointerScope scope = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard()) {
            Tensor hidden = hidden(prompts);
            for (int row = 0; row < prompts.size(); row++) {
                Tensor state = hidden.select(0, row).narrow(0, prompts.get(row).length - 1L, 1);
                long width = Math.min(k, decoder.config().vocabSize());
                T_TensorTensor_T best = torch.topk(logProbabilities(state), width, 1, true, true);
                float[] values = Tensors.toFloats(best.get0());
                long[] ids = Tensors.toLongs(best.get1());
                List<TokenScore> own = new ArrayList<>();
                for (int i = 0; i < ids.length; i++) {
                    own.add(new TokenScore(Math.toIntExact(ids[i]), values[i]));
                }
                all.add(own);
            }
        }
        return all;
    }

    private Tensor logProbabilities(Tensor states) {
        return torch.log_softmax(decoder.logits(states).to(ScalarType.Float), 1);
    }

    /** Texts of different lengths, padded on the right: (rows, tokens, hidden). */
    private Tensor hidden(List<int[]> texts) {
        int longest = texts.stream().mapToInt(text -> text.length).max().orElse(0);
        if (longest == 0 || texts.stream().anyMatch(text -> text.length == 0)) {
            throw new InputException("a text to be scored is empty; give at least one token");
        }
        long[] ids = new long[texts.size() * longest];
        for (int row = 0; row < texts.size(); row++) {
            for (int i = 0; i < texts.get(row).length; i++) {
                ids[row * longest + i] = texts.get(row)[i];
            }
        }
        return decoder.hidden(Tensors.longs(ids, texts.size(), longest), TextAttention.causal(longest), hooks);
    }
}
