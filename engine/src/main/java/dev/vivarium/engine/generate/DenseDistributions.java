package dev.vivarium.engine.generate;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.tensor.Tensors;
import java.util.Arrays;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;

/**
 * Distributions over the whole vocabulary, drawn from by inverting the cumulative sum in two levels.
 *
 * <p>libtorch sums chunks of the vocabulary; here the chunk is found from its sums and only its values are read, so that a
 * draw costs a few hundred steps whatever the vocabulary. Sums are double, so the end of the range is safe: a token of
 * probability zero is never drawn.
 */
final class DenseDistributions implements Distributions {
    private static final int CHUNK = 256;

    private final FloatPointer weights; // (rows, vocab), need not sum to one
    private final int vocab;
    private final int chunks; // full ones; what is left over is read token by token
    private final float[] sums; // (rows, chunks)
    private final float[] buffer = new float[CHUNK];
    private int totalledRow = -1;
    private double total;

    /**
     * @param weights (rows, vocab) float32, zero or more; need not sum to one; those of a GPU are brought here at once
     */
    DenseDistributions(Tensor weights) {
        Tensor dense = weights.cpu().contiguous();
        this.weights = new FloatPointer(dense.data_ptr());
        this.vocab = Math.toIntExact(dense.size(1));
        this.chunks = vocab / CHUNK;
        this.sums = chunks == 0
                ? new float[0]
                : Tensors.toFloats(dense.narrow(1, 0, (long) chunks * CHUNK)
                        .view(dense.size(0), chunks, CHUNK)
                        .sum(new long[] {2}, false, new ScalarTypeOptional()));
    }

    @Override
    public int draw(int row, double uniform) {
        double point = uniform * total(row);
        double passed = 0;
        int chunk = 0;
        while (chunk < chunks && passed + sums[row * chunks + chunk] <= point) {
            passed += sums[row * chunks + chunk++];
        }
        int token = within(row, chunk, passed, point);
        // rounding may leave the point behind the last token of a chunk: then the last possible token before it is
        // meant
        while (token < 0 && chunk > 0) {
            token = within(row, --chunk, Double.NEGATIVE_INFINITY, point);
        }
        if (token < 0) {
            throw new IllegalStateException("no token has a probability above zero");
        }
        return token;
    }

    @Override
    public double logProbability(int row, int token) {
        weights.position((long) row * vocab + token).get(buffer, 0, 1);
        return Math.log(buffer[0] / total(row));
    }

    @Override
    public double[] probabilities(int row) {
        float[] all = new float[vocab];
        weights.position((long) row * vocab).get(all, 0, vocab);
        double sum = 0;
        for (float weight : all) {
            sum += weight;
        }
        double[] probabilities = new double[vocab];
        for (int i = 0; i < vocab; i++) {
            probabilities[i] = all[i] / sum;
        }
        return probabilities;
    }

    /** The first token of a chunk whose cumulative weight passes the point, else its last with any weight, else -1. */
    private int within(int row, int chunk, double before, double point) {
        int size = read(row, chunk);
        double passed = before;
        int last = -1;
        for (int i = 0; i < size; i++) {
            if (buffer[i] > 0) {
                last = chunk * CHUNK + i;
                passed += buffer[i];
                if (passed > point) {
                    return last;
                }
            }
        }
        return last;
    }

    private int read(int row, int chunk) {
        int size = Math.min(CHUNK, vocab - chunk * CHUNK);
        if (size > 0) {
            weights.position((long) row * vocab + (long) chunk * CHUNK).get(buffer, 0, size);
        }
        return size;
    }

    private double total(int row) {
        if (row != totalledRow) {
            double sum = 0;
            for (int chunk = 0; chunk < chunks; chunk++) {
                sum += sums[row * chunks + chunk];
            }
            int rest = read(row, chunks);
            for (float weight : Arrays.copyOf(buffer, Math.max(0, rest))) {
                sum += weight;
            }
            if (!(sum > 0) || Double.isInfinite(sum)) {
                throw new InputException(LogitFilter.NOT_NUMBERS);
            }
            total = sum;
            totalledRow = row;
        }
        return total;
    }
}
