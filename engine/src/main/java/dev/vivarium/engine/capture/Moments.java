package dev.vivarium.engine.capture;

import dev.vivarium.engine.tensor.Tensors;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Sums of activations by layer and cell, in float64, and where they were wanted second moments by layer and part. Its size
 * follows from the {@link CaptureSettings}, not from what was read. {@link #close} frees the second moments.
 */
public final class Moments implements CellSums, AutoCloseable {
    private final CaptureSettings settings;
    private final int hidden;
    private final int[] partOfCell;
    private final long[] tokens; // by cell
    private final long[] texts; // by cell
    private final Map<Integer, double[]> tokenSums = new HashMap<>(); // layer to (cells, hidden)
    private final Map<Integer, double[]> textSums = new HashMap<>(); // layer to (cells, hidden)
    private final Map<Integer, Tensor[]> squares = new HashMap<>(); // layer to parts of (hidden, hidden) float64

    /**
     * Principal components of the activations of a layer about their mean.
     *
     * @param values variances, largest first
     * @param vectors of length one, (components, hidden)
     * @param variance of all components together
     * @param parts the same activations part by part, in these components
     */
    public record Principal(double[] values, float[][] vectors, double variance, Part[] parts) {}

    /**
     * Activations of one part, in some components.
     *
     * @param tokens how many
     * @param sum (components)
     * @param squares (components, components), sum of outer products, no mean taken off
     */
    public record Part(long tokens, double[] sum, double[][] squares) {}

    Moments(CaptureSettings settings, int hidden) {
        this.settings = settings;
        this.hidden = hidden;
        this.partOfCell = settings.partOfCell();
        this.tokens = new long[settings.cells()];
        this.texts = new long[settings.cells()];
        int size = Math.multiplyExact(settings.cells(), hidden);
        for (int layer : settings.layers()) {
            tokenSums.put(layer, new double[size]);
            textSums.put(layer, new double[size]);
            Tensor[] parts = new Tensor[settings.parts()];
            try (PointerScope scope = new PointerScope()) {
                for (int part = 0; part < parts.length; part++) {
                    parts[part] = Tensors.keep(
                            torch.zeros(new long[] {hidden, hidden}, new TensorOptions(ScalarType.Double)));
                }
            }
            squares.put(layer, parts);
        }
    }

    @Override
    public int hidden() {
        return hidden;
    }

    @Override
    public long tokens(int cell) {
        return tokens[cell];
    }

    @Override
    public long texts(int cell) {
        return texts[cell];
    }

    @Override
    public double[] tokenSum(int layer, int cell) {
        return row(tokenSums, layer, cell);
    }

    @Override
    public double[] textSum(int layer, int cell) {
        return row(textSums, layer, cell);
    }

    private double[] row(Map<Integer, double[]> sums, int layer, int cell) {
        double[] row = new double[hidden];
        System.arraycopy(of(sums, layer), cell * hidden, row, 0, hidden);
        return row;
    }

    void count(int cell, boolean newText) {
        tokens[cell]++;
        texts[cell] += newText ? 1 : 0;
    }

    /**
     * @param cells of the n tokens
     * @param shares one over the number of tokens that the same text has in the same cell
     * @param values (n, hidden) float32
     */
    void add(int layer, int[] cells, double[] shares, Tensor values) {
        float[] flat = Tensors.toFloats(values);
        double[] byToken = of(tokenSums, layer);
        double[] byText = of(textSums, layer);
        for (int n = 0; n < cells.length; n++) {
            int to = cells[n] * hidden;
            int from = n * hidden;
            double share = shares[n];
            for (int i = 0; i < hidden; i++) {
                double value = flat[from + i];
                byToken[to + i] += value;
                byText[to + i] += share * value;
            }
        }
        Tensor[] parts = of(squares, layer);
        for (int part = 0; part < parts.length; part++) {
            int own = part;
            long[] chosen = IntStream.range(0, cells.length)
                    .filter(n -> partOfCell[cells[n]] == own)
                    .asLongStream()
                    .toArray();
            if (chosen.length > 0) {
                Tensor wide = values.index_select(0, Tensors.longs(chosen, chosen.length))
                        .to(ScalarType.Double);
                parts[part].add_(wide.t().matmul(wide));
            }
        }
    }

    /**
     * The first principal components of what all parts hold.
     *
     * @throws IllegalStateException if no second moments were asked for, or there are no tokens
     */
    public Principal principal(int layer, int components) {
        Tensor[] parts = of(squares, layer);
        long[] counts = new long[parts.length];
        double[][] sums = new double[parts.length][hidden];
        double[] mean = new double[hidden];
        long all = 0;
        for (int cell = 0; cell < partOfCell.length; cell++) {
            int part = partOfCell[cell];
            if (part >= 0) {
                double[] sum = tokenSum(layer, cell);
                for (int i = 0; i < hidden; i++) {
                    sums[part][i] += sum[i];
                    mean[i] += sum[i];
                }
                counts[part] += tokens[cell];
                all += tokens[cell];
            }
        }
        if (all == 0) {
            throw new IllegalStateException("no token has second moments at layer " + layer);
        }
        for (int i = 0; i < hidden; i++) {
            mean[i] /= all;
        }
        try (PointerScope scope = new PointerScope()) {
            Tensor total = torch.zeros(new long[] {hidden, hidden}, new TensorOptions(ScalarType.Double));
            for (Tensor part : parts) {
                total = total.add(part);
            }
            Tensor centre = Tensor.create(mean, hidden);
            Tensor covariance = total.div(new Scalar((double) all)).sub(torch.outer(centre, centre));
            T_TensorTensor_T eigen = torch.linalg_eigh(covariance);
            int kept = Math.min(components, hidden);
            Tensor basis = eigen.get1().narrow(1, hidden - kept, kept).flip(1); // (hidden, kept), largest first
            double[] values =
                    doubles(eigen.get0().narrow(0, hidden - kept, kept).flip(0));
            Part[] within = new Part[parts.length];
            for (int part = 0; part < parts.length; part++) {
                Tensor sum = Tensor.create(sums[part], hidden);
                within[part] = new Part(
                        counts[part],
                        doubles(basis.t().matmul(sum)),
                        rows(basis.t().matmul(parts[part]).matmul(basis)));
            }
            double[][] vectors = rows(basis.t());
            float[][] narrow = new float[kept][hidden];
            for (int k = 0; k < kept; k++) {
                for (int i = 0; i < hidden; i++) {
                    narrow[k][i] = (float) vectors[k][i];
                }
            }
            return new Principal(values, narrow, covariance.trace().item_double(), within);
        }
    }

    private static double[] doubles(Tensor tensor) {
        Tensor dense = tensor.contiguous();
        double[] values = new double[Math.toIntExact(dense.numel())];
        new DoublePointer(dense.data_ptr()).get(values);
        return values;
    }

    private static double[][] rows(Tensor matrix) {
        double[] flat = doubles(matrix);
        int width = Math.toIntExact(matrix.size(1));
        double[][] rows = new double[Math.toIntExact(matrix.size(0))][width];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(flat, i * width, rows[i], 0, width);
        }
        return rows;
    }

    private static <T> T of(Map<Integer, T> byLayer, int layer) {
        T value = byLayer.get(layer);
        if (value == null) {
            throw new IllegalArgumentException("layer " + layer + " was not captured");
        }
        return value;
    }

    @Override
    public void close() {
        for (Tensor[] parts : squares.values()) {
            for (Tensor part : parts) {
                Tensors.free(part);
            }
        }
        squares.clear();
    }
}
