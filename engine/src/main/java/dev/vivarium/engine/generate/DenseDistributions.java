package dev.vivarium.engine.generate;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.tensor.Device;
import dev.vivarium.engine.tensor.Tensors;
import java.util.Arrays;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * Distributions over the whole vocabulary, drawn from by inverting the cumulative sum in two levels.
 *
 * <p>libtorch sums chunks of the vocabulary; here the chunk is found from its sums and only its values are read, so that a
 * draw costs a few hundred steps whatever the vocabulary, and a GPU need not send the whole of it. Sums are double, so the end
 * of the range is safe: a token of probability zero is never drawn.
 */
final class DenseDistributions implements Distributions {
    private static final int CHUNK = 256;

    private final int vocab;
    private final int rows;
    private final int chunks; // full ones; what is left over is read token by token
    private final float[] sums; // (rows, chunks)
    private final @Nullable FloatPointer near; // (rows, vocab), need not sum to one
    private final @Nullable Tensor far; // (rows x chunks, CHUNK), on a GPU, the same filled up with zeros
    private final int[] broughtChunks; // for each row the chunk of it that lies in brought
    private float[] brought = new float[0]; // (rows, CHUNK)
    private final float[] buffer = new float[CHUNK];
    private int totalledRow = -1;
    private double total;

    /**
     * @param weights (rows, vocab) float32, zero or more; need not sum to one. Of many rows on a GPU only those chunks come
     *     here that are read; one row comes whole, as its many answers read all over it
     */
    DenseDistributions(Tensor weights) {
        this(weights, weights.is_cuda() && weights.size(0) > 1);
    }

    /**
     * @param leave whether the weights stay where they are
     */
    DenseDistributions(Tensor weights, boolean leave) {
        this.rows = Math.toIntExact(weights.size(0));
        this.vocab = Math.toIntExact(weights.size(1));
        this.chunks = leave ? (vocab + CHUNK - 1) / CHUNK : vocab / CHUNK;
        this.broughtChunks = new int[rows];
        Arrays.fill(broughtChunks, -1);
        Tensor whole;
        if (leave) {
            long missing = (long) chunks * CHUNK - vocab;
            whole = torch.constant_pad_nd(weights, new long[] {0, missing}, new Scalar(0.0));
            this.far = whole.view((long) rows * chunks, CHUNK);
            this.near = null;
        } else {
            whole = weights.cpu().contiguous();
            this.far = null;
            this.near = new FloatPointer(whole.data_ptr());
        }
        this.sums = chunks == 0
                ? new float[0]
                : Tensors.toFloats(whole.narrow(1, 0, (long) chunks * CHUNK)
                        .view(rows, chunks, CHUNK)
                        .sum(new long[] {2}, false, new ScalarTypeOptional()));
    }

    @Override
    public void expect(double[] uniforms) {
        if (far == null) {
            return;
        }
        long[] wanted = new long[rows];
        for (int row = 0; row < rows; row++) {
            // one chunk of every row, also of those that nothing is drawn for
            int chunk = Double.isNaN(uniforms[row]) ? 0 : chunkAt(row, uniforms[row] * total(row));
            broughtChunks[row] = Math.min(chunk, chunks - 1);
            wanted[row] = (long) row * chunks + broughtChunks[row];
        }
        Tensor places = Device.of(far).put(Tensors.longs(wanted, rows));
        brought = Tensors.toFloats(far.index_select(0, places));
    }

    @Override
    public int draw(int row, double uniform) {
        double point = uniform * total(row);
        int chunk = chunkAt(row, point);
        int token = within(row, chunk, before(row, chunk), point);
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
        double all = total(row);
        read(row, token / CHUNK);
        return Math.log(buffer[token % CHUNK] / all);
    }

    @Override
    public double[] probabilities(int row) {
        double[] probabilities = new double[vocab];
        double sum = 0;
        for (int from = 0; from < vocab; from += CHUNK) {
            int size = read(row, from / CHUNK);
            for (int i = 0; i < size; i++) {
                probabilities[from + i] = buffer[i];
                sum += buffer[i];
            }
        }
        for (int i = 0; i < vocab; i++) {
            probabilities[i] /= sum;
        }
        return probabilities;
    }

    /** The chunk in which the cumulative weight passes a point; the one behind the full ones if none of them. */
    private int chunkAt(int row, double point) {
        double passed = 0;
        int chunk = 0;
        while (chunk < chunks && passed + sums[row * chunks + chunk] <= point) {
            passed += sums[row * chunks + chunk++];
        }
        return chunk;
    }

    /** Weight of the chunks before one. */
    private double before(int row, int chunk) {
        double passed = 0;
        for (int i = 0; i < chunk; i++) {
            passed += sums[row * chunks + i];
        }
        return passed;
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

    /** Puts a chunk into the buffer and says how many tokens it has. */
    private int read(int row, int chunk) {
        int size = Math.min(CHUNK, vocab - chunk * CHUNK);
        if (size <= 0) {
            return 0;
        }
        if (near != null) {
            near.position((long) row * vocab + (long) chunk * CHUNK).get(buffer, 0, size);
        } else if (far != null) {
            boolean here = broughtChunks[row] == chunk;
            float[] source = here ? brought : Tensors.toFloats(far.narrow(0, (long) row * chunks + chunk, 1));
            System.arraycopy(source, here ? row * CHUNK : 0, buffer, 0, size);
        }
        return size;
    }

    private double total(int row) {
        if (row != totalledRow) {
            double sum = before(row, chunks);
            int rest = read(row, chunks);
            for (int i = 0; i < rest; i++) {
                sum += buffer[i];
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
