package dev.vivarium.engine.adapter;

import dev.vivarium.engine.adapter.LoraAdapter.Place;
import dev.vivarium.engine.base.CounterRandom;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.model.Module;
import dev.vivarium.engine.tensor.Device;
import dev.vivarium.engine.tensor.Products;
import dev.vivarium.engine.tensor.Tensors;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The rank components of a LoRA adapter as readers of their inputs: component i of a place adds s · (a_i · x) times column i
 * of B, so the scalar s · a_i · x says how strongly it acts on a token (Soligo et al. 2025, arXiv 2506.11618; protocol.md
 * 3.4). With rank 1 there is one scalar per place; with more, components depend on the basis that training ended in.
 *
 * <p>Each has a control: a random direction of the length of its a_i, which reads the same inputs.
 */
public final class RankComponents implements AutoCloseable {
    private final List<Component> components;
    private final Map<Place, Reader> readers;

    /**
     * One component.
     *
     * @param rank of the place it belongs to
     * @param index below the rank
     * @param scale s, the adapter's own factor included
     * @param normA length of its row of A
     * @param normB length of its column of B
     */
    public record Component(int layer, Module module, int rank, int index, double scale, double normA, double normB) {
        /** A short name, such as {@code 24.down_proj} or {@code 24.down_proj.0}. */
        public String name() {
            return layer + "." + module.shortName() + (rank == 1 ? "" : "." + index);
        }
    }

    /** Rows of A and below them those of the control (2r, in). */
    private record Reader(Tensor rows, double scale) {}

    private RankComponents(List<Component> components, Map<Place, Reader> readers) {
        this.components = List.copyOf(components);
        this.readers = readers;
    }

    /**
     * Components of an adapter in a bank, which has to stay open.
     *
     * @param index in the bank
     * @param most components that can be used
     * @param seed root of the random directions
     * @throws InputException if it has no matrices or too many components
     */
    public static RankComponents of(AdapterBank bank, int index, int most, long seed) {
        Map<Place, LoraAdapter.Pair> pairs = bank.pairsOf(index);
        check(pairs.values().stream().mapToLong(pair -> pair.a().size(0)).sum(), pairs.size(), most);
        List<Place> places = pairs.keySet().stream()
                .sorted(Comparator.comparingInt(Place::layer).thenComparing(Place::module))
                .toList();
        List<Component> components = new ArrayList<>();
        Map<Place, Reader> readers = new LinkedHashMap<>();
        for (Place place : places) {
            LoraAdapter.Pair pair = pairs.get(place);
            if (pair == null) {
                throw new IllegalStateException("places are those of the pairs");
            }
            try (PointerScope scope = new PointerScope()) {
                int rank = Math.toIntExact(pair.a().size(0));
                float[] normA = Tensors.toFloats(norms(pair.a(), 1));
                float[] normB = Tensors.toFloats(norms(pair.b(), 0));
                for (int i = 0; i < rank; i++) {
                    components.add(
                            new Component(place.layer(), place.module(), rank, i, pair.scale(), normA[i], normB[i]));
                }
                readers.put(
                        place,
                        new Reader(
                                Tensors.keep(Tensors.cat(0, pair.a(), control(pair.a(), place, seed))), pair.scale()));
            }
        }
        return new RankComponents(components, readers);
    }

    /**
     * Makes sure that an adapter has components that can be used, from its files alone.
     *
     * @throws InputException if it has no matrices or too many components
     */
    public static void check(AdapterSummary adapter, int most) {
        boolean vector = adapter.r() == 0;
        check(
                vector
                        ? 0
                        : adapter.places().stream()
                                .mapToLong(AdapterSummary.Place::r)
                                .sum(),
                adapter.places().size(),
                most);
    }

    private static void check(long components, int modules, int most) {
        if (components == 0) {
            throw new InputException(
                    "a steering vector reads nothing, so it has no scalars; give a LoRA adapter of small rank");
        }
        if (components > most) {
            throw new InputException("the adapter has " + components + " rank components at " + modules
                    + " modules, more than the " + most
                    + " whose scalars can be told apart; train one with fewer, such as"
                    + " one of rank 1 on down_proj alone, or name one with --adapter");
        }
    }

    private static Tensor norms(Tensor matrix, long dimension) {
        Tensor wide = matrix.to(ScalarType.Float);
        return wide.mul(wide).sum(new long[] {dimension}).sqrt();
    }

    private static Tensor control(Tensor a, Place place, long seed) {
        CounterRandom random =
                CounterRandom.of(seed, "scalars/control/" + place.module().fullName(place.layer()));
        float[] values = new float[Math.toIntExact(a.numel())];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.gaussian(i);
        }
        Tensor drawn = Device.of(a).put(Tensors.floats(values, a.shape()));
        return drawn.mul(norms(a, 1).div(norms(drawn, 1)).unsqueeze(1)).to(a.scalar_type());
    }

    /** All components, in the order of layers, modules and rank: that of the columns of what is read. */
    public List<Component> all() {
        return components;
    }

    /** The last block with a component. */
    public int lastLayer() {
        return components.getLast().layer();
    }

    /** Whether a place has components. */
    public boolean reads(int layer, Module module) {
        return readers.containsKey(new Place(layer, module));
    }

    /**
     * What a place with components reads.
     *
     * @param input (tokens, in)
     * @return (tokens, 2r) in float32: its scalars, then those of the controls
     */
    public Tensor read(int layer, Module module, Tensor input) {
        Reader reader = readers.get(new Place(layer, module));
        if (reader == null) {
            throw new IllegalArgumentException("nothing is adapted at " + module.fullName(layer));
        }
        return Products.linear(input, reader.rows, null).to(ScalarType.Float).mul(new Scalar(reader.scale));
    }

    @Override
    public void close() {
        readers.values().forEach(reader -> Tensors.free(reader.rows));
        readers.clear();
    }
}
