package dev.vivarium.engine.generate;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.tensor.Tensors;
import java.util.Arrays;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * From logits to the distribution of the next token, in the order of transformers: temperature, top-k, top-p, min-p, softmax.
 *
 * <p>The vocabulary is never sorted unless top-p needs it: the best tokens are taken in growing numbers until they are enough.
 * All is done row by row in effect, so a row's distribution does not depend on the rows beside it.
 */
final class LogitFilter {
    static final String NOT_NUMBERS =
            "the model's logits are not numbers (NaN or infinity), so no token can be drawn; look "
                    + "for a damaged weight file or a diverged training run";
    private static final int TIE_ROOM = 64;
    private static final int FIRST_CANDIDATES = 512;

    private final SamplingSettings settings;

    LogitFilter(SamplingSettings settings) {
        this.settings = settings;
    }

    /**
     * @param logits (rows, vocab), raw
     * @return distributions that read the tensors of the scope this was called in
     */
    Distributions of(Tensor logits) {
        Tensor raw = logits.to(ScalarType.Float);
        int vocab = Math.toIntExact(raw.size(1));
        if (settings.temperature() == 0) {
            T_TensorTensor_T best = torch.max(raw, 1, false);
            for (float value : Tensors.toFloats(best.get0())) {
                requireNumber(value);
            }
            return new Greedy(Tensors.toLongs(best.get1()), vocab);
        }
        Tensor scaled = settings.temperature() == 1 ? raw : raw.div(new Scalar(settings.temperature()));
        if (settings.topK() > 0 && settings.topK() < vocab || settings.topP() < 1) {
            return candidates(scaled, vocab);
        }
        Tensor probabilities = torch.softmax(scaled, 1);
        if (settings.minP() > 0) {
            Tensor bound = torch.amax(probabilities, new long[] {1}, true).mul(new Scalar(settings.minP()));
            probabilities.masked_fill_(probabilities.lt(bound), new Scalar(0.0));
        }
        return new DenseDistributions(probabilities);
    }

    private CandidateDistributions candidates(Tensor scaled, int vocab) {
        boolean top = settings.topK() > 0 && settings.topK() < vocab;
        int rows = Math.toIntExact(scaled.size(0));
        int width = Math.min(vocab, top ? settings.topK() + TIE_ROOM : FIRST_CANDIDATES);
        // with top-k the softmax runs over the survivors, else over the whole vocabulary
        float[] normalisers = top ? new float[rows] : Tensors.toFloats(torch.logsumexp(scaled, 1));
        int[][] ids = new int[rows][];
        double[][] probabilities = new double[rows][];
        T_TensorTensor_T best = torch.topk(scaled, width, 1, true, true);
        float[] values = Tensors.toFloats(best.get0());
        long[] indices = Tensors.toLongs(best.get1());
        for (int row = 0; row < rows; row++) {
            float[] own = Arrays.copyOfRange(values, row * width, (row + 1) * width);
            long[] ownIds = Arrays.copyOfRange(indices, row * width, (row + 1) * width);
            while (!keep(own, ownIds, normalisers[row], top, own.length == vocab, row, ids, probabilities)) {
                int wider = Math.toIntExact(Math.min(vocab, 8L * own.length));
                T_TensorTensor_T more = torch.topk(scaled.narrow(0, row, 1), wider, 1, true, true);
                own = Tensors.toFloats(more.get0());
                ownIds = Tensors.toLongs(more.get1());
            }
        }
        return new CandidateDistributions(ids, probabilities, vocab);
    }

    /** Filters one row's best tokens, sorted downwards; false if it cannot be told without seeing more of them. */
    private boolean keep(
            float[] values,
            long[] indices,
            float normaliser,
            boolean top,
            boolean complete,
            int row,
            int[][] ids,
            double[][] probabilities) {
        sortTies(values, indices);
        int kept = values.length;
        double best = requireNumber(values[0]);
        double total;
        if (top) {
            float kth = values[settings.topK() - 1];
            kept = settings.topK();
            while (kept < values.length && values[kept] == kth) {
                kept++;
            }
            if (kept == values.length && !complete) {
                return false;
            }
            total = 0;
            for (int i = 0; i < kept; i++) {
                total += Math.exp(values[i] - best);
            }
        } else {
            total = Math.exp(normaliser - best);
        }
        if (settings.topP() < 1) {
            double before = 0;
            int nucleus = 0;
            while (nucleus < kept && (nucleus == 0 || before < settings.topP())) {
                before += Math.exp(values[nucleus] - best) / total;
                nucleus++;
            }
            // a tie that reaches the end of what was seen may go on, and ties are taken in the order of token ids
            boolean open = values[nucleus - 1] == values[values.length - 1];
            if (!top && !complete && open) {
                return false;
            }
            kept = nucleus;
        }
        double[] weights = new double[kept];
        double sum = 0;
        int count = 0;
        while (count < kept) {
            double weight = Math.exp(values[count] - best);
            if (weight < settings.minP() && count > 0) {
                break;
            }
            weights[count++] = weight;
            sum += weight;
        }
        ids[row] = new int[count];
        probabilities[row] = new double[count];
        for (int i = 0; i < count; i++) {
            ids[row][i] = Math.toIntExact(indices[i]);
            probabilities[row][i] = weights[i] / sum;
        }
        return true;
    }

    private static double requireNumber(double best) {
        if (!Double.isFinite(best)) {
            throw new InputException(NOT_NUMBERS);
        }
        return best;
    }

    /** Puts equal values into the order of their token ids, which a partial sort leaves open. */
    private static void sortTies(float[] values, long[] indices) {
        for (int from = 0; from < values.length; ) {
            int to = from + 1;
            while (to < values.length && values[to] == values[from]) {
                to++;
            }
            if (to - from > 1) {
                Arrays.sort(indices, from, to);
            }
            from = to;
        }
    }

    private record Greedy(long[] best, int vocab) implements Distributions {
        @Override
        public int draw(int row, double uniform) {
            return Math.toIntExact(best[row]);
        }

        @Override
        public double logProbability(int row, int token) {
            return 0;
        }

        @Override
        public double[] probabilities(int row) {
            double[] all = new double[vocab];
            all[Math.toIntExact(best[row])] = 1;
            return all;
        }
    }
}
