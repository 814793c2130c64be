package dev.vivarium.engine.adapter;

import dev.vivarium.engine.adapter.LoraFactors.Place;
import dev.vivarium.engine.adapter.LoraFactors.Side;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.tensor.Tensors;
import java.util.List;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Inner products among the matrices of several adapters, in float64.
 *
 * <p>All of weight-space geometry is a function of these: distances, angles and principal components of a path need n²
 * numbers however wide a model is, and no product B · A is ever formed. Memory is that of one range of columns and of
 * the result.
 */
public final class FactorGrams {
    /** Values of one range of columns, over all adapters. */
    private static final long MOST_VALUES = 1L << 22;

    /** Rank components over all adapters whose products fit into memory beside the rest. */
    private static final int MOST_COMPONENTS = 5_500;

    private FactorGrams() {}

    /**
     * Inner products of the flattened matrices of one place, apart for ranges of their coordinates: the sum over ranges
     * is the whole.
     *
     * @param adapters n adapters that have the place in the same shape
     * @param ranges into how many ranges the columns are cut; at most as many as there are columns
     * @return (ranges, n, n)
     */
    public static double[][][] flat(List<LoraFactors> adapters, String module, Side side, int ranges) {
        long width = place(adapters, module).width(side);
        int n = adapters.size();
        int r = place(adapters, module).r();
        int cut = (int) Math.min(ranges, width);
        double[][][] grams = new double[cut][n][n];
        for (int range = 0; range < cut; range++) {
            long end = width * (range + 1) / cut;
            long step = Math.max(1, MOST_VALUES / ((long) n * r));
            for (long from = width * range / cut; from < end; from += step) {
                try (PointerScope scope = new PointerScope()) {
                    Tensor rows = stacked(adapters, module, side, from, Math.min(end, from + step));
                    add(grams[range], values(product(rows.reshape(n, -1))));
                }
            }
        }
        return grams;
    }

    /**
     * Inner products of all rank components of one place: entry (i, j) is that of component i and j, counted through the
     * adapters in turn. Adapters may differ in rank.
     *
     * @throws InputException if they are more than memory is meant to hold
     */
    public static double[][] components(List<LoraFactors> adapters, String module, Side side) {
        int all = adapters.stream()
                .mapToInt(adapter -> place(List.of(adapter), module).r())
                .sum();
        if (all > MOST_COMPONENTS) {
            throw new InputException(adapters.size() + " adapters have " + all + " rank components at " + module
                    + ", more than the " + MOST_COMPONENTS + " that are compared at once; leave out some checkpoints");
        }
        long width = place(adapters, module).width(side);
        double[][] gram = new double[all][all];
        long step = Math.max(1, MOST_VALUES / all);
        for (long from = 0; from < width; from += step) {
            try (PointerScope scope = new PointerScope()) {
                add(gram, values(product(stacked(adapters, module, side, from, Math.min(width, from + step)))));
            }
        }
        return gram;
    }

    /**
     * Inner products between the matrices B of several places of rank 1 within each adapter, for comp scores
     * (protocol.md App. A (6)).
     *
     * @param modules L places with outputs of the same width
     * @param centred whether the mean over the adapters is taken off first
     * @return (n, L, L): X X^T of every adapter, X being (L, out)
     */
    public static double[][][] amongPlaces(List<LoraFactors> adapters, List<String> modules, boolean centred) {
        double[][][] grams = new double[adapters.size()][][];
        try (PointerScope scope = new PointerScope()) {
            Tensor mean = torch.zeros(
                    new long[] {
                        modules.size(), place(adapters, modules.getFirst()).out()
                    },
                    new TensorOptions(ScalarType.Double));
            for (LoraFactors adapter : centred ? adapters : List.<LoraFactors>of()) {
                try (PointerScope one = new PointerScope()) {
                    mean.add_(layers(adapter, modules).div(new Scalar(adapters.size())));
                }
            }
            for (int i = 0; i < grams.length; i++) {
                try (PointerScope one = new PointerScope()) {
                    grams[i] = values(product(layers(adapters.get(i), modules).sub(mean)));
                }
            }
        }
        return grams;
    }

    private static Tensor layers(LoraFactors adapter, List<String> modules) {
        Tensor[] rows = modules.stream()
                .map(module -> adapter.components(
                        module, Side.B, 0, place(List.of(adapter), module).out()))
                .toArray(Tensor[]::new);
        return Tensors.cat(0, rows);
    }

    private static Tensor stacked(List<LoraFactors> adapters, String module, Side side, long from, long to) {
        Tensor[] rows = adapters.stream()
                .map(adapter -> adapter.components(module, side, from, to))
                .toArray(Tensor[]::new);
        return Tensors.cat(0, rows);
    }

    private static Tensor product(Tensor rows) {
        return rows.matmul(rows.t());
    }

    private static Place place(List<LoraFactors> adapters, String module) {
        Place place = adapters.getFirst().places().get(module);
        if (place == null) {
            throw new IllegalArgumentException("not adapted: " + module);
        }
        return place;
    }

    private static double[][] values(Tensor matrix) {
        Tensor dense = matrix.contiguous();
        int n = Math.toIntExact(dense.size(0));
        double[][] values = new double[n][n];
        DoublePointer data = new DoublePointer(dense.data_ptr());
        for (int i = 0; i < n; i++) {
            data.position((long) i * n).get(values[i]);
        }
        return values;
    }

    private static void add(double[][] sum, double[][] part) {
        for (int i = 0; i < sum.length; i++) {
            for (int j = 0; j < sum.length; j++) {
                sum[i][j] += part[i][j];
            }
        }
    }
}
