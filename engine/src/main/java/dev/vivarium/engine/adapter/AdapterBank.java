package dev.vivarium.engine.adapter;

import dev.vivarium.engine.adapter.LoraAdapter.Pair;
import dev.vivarium.engine.adapter.LoraAdapter.Place;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.model.ForwardHooks;
import dev.vivarium.engine.model.Module;
import dev.vivarium.engine.model.Precision;
import dev.vivarium.engine.model.Site;
import dev.vivarium.engine.tensor.Tensors;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Many adapters in one forward pass: each row of the batch points at one of them, or at none.
 *
 * <p>At each place all A matrices stand below each other and all B matrices beside each other; a mask of (rows, ranks) holds
 * s, times the factor of its {@link AdapterScale}, where a rank belongs to the row's adapter and zero elsewhere. So a pass costs two products whatever the
 * number of adapters, and the zeros leave a row's sums as they are.
 */
public final class AdapterBank implements AutoCloseable {
    /** The row index that means no adapter. */
    public static final int NONE = -1;

    /** An adapter and how strongly it acts. */
    public record Entry(Adapter adapter, AdapterScale scale) {
        /** @throws InputException if the scale names a block that the adapter does not change */
        public Entry {
            scale.check(adapter.blocks());
        }

        /** The same factor in all blocks. */
        public Entry(Adapter adapter, double factor) {
            this(adapter, AdapterScale.of(factor));
        }
    }

    private final List<Entry> entries;
    private final Precision precision;
    private final ScalarType type;
    private final Map<Place, Stack> stacks;
    private final Map<Integer, Vectors> vectors;

    /** A (ranks, in), B (out, ranks), and for each rank its adapter and the factor it was trained with. */
    private record Stack(Tensor a, Tensor b, int[] owner, double[] factor) {}

    /** Added vectors at one layer (count, hidden), their owners and factors. */
    private record Vectors(Tensor added, int[] owner, double[] factor) {}

    /** A bank for decoders that compute in float32. */
    public AdapterBank(List<Entry> entries) {
        this(entries, Precision.FLOAT32);
    }

    /** A bank for decoders of a number format; matrices are rounded to it, as a {@link LoraAdapter} alone does it. */
    public AdapterBank(List<Entry> entries, Precision precision) {
        this.entries = List.copyOf(entries);
        this.precision = precision;
        this.type = precision.scalarType();
        this.stacks = new HashMap<>();
        this.vectors = new HashMap<>();
        try (PointerScope scope = new PointerScope()) {
            stackLora();
            stackVectors();
        }
    }

    private AdapterBank(AdapterBank same, List<Entry> entries) {
        this.entries = List.copyOf(entries);
        this.precision = same.precision;
        this.type = same.type;
        this.stacks = same.stacks;
        this.vectors = same.vectors;
    }

    /**
     * The same adapters acting as strongly as {@code scale} says. The two share their matrices, so that closing one closes
     * both.
     *
     * @throws InputException if the scale names a block that one of them does not change
     */
    public AdapterBank scaled(AdapterScale scale) {
        return new AdapterBank(
                this,
                entries.stream().map(entry -> new Entry(entry.adapter, scale)).toList());
    }

    /** The number format of the decoders it serves. */
    public Precision precision() {
        return precision;
    }

    /** Number of adapters. */
    public int size() {
        return entries.size();
    }

    /**
     * Hooks for a batch; valid in the scope it is called in.
     *
     * @param adapterOfRow for each row the index of its adapter, or {@link #NONE}
     */
    public ForwardHooks forRows(int[] adapterOfRow) {
        if (entries.isEmpty()) {
            return ForwardHooks.NONE;
        }
        Map<Place, Tensor> masks = new HashMap<>();
        // places adapted alike share one mask
        Map<List<Object>, Tensor> made = new HashMap<>();
        stacks.forEach((place, stack) -> {
            double[] factor = scaled(stack.factor, stack.owner, place.layer());
            masks.put(
                    place,
                    made.computeIfAbsent(key(stack.owner, factor), unused -> mask(adapterOfRow, stack.owner, factor)));
        });
        Map<Integer, Tensor> additions = new HashMap<>();
        vectors.forEach((layer, added) -> additions.put(
                layer,
                mask(adapterOfRow, added.owner, scaled(added.factor, added.owner, layer))
                        .matmul(added.added)
                        .unsqueeze(1)));
        return new Rows(masks, additions);
    }

    @Override
    public void close() {
        stacks.values().forEach(stack -> {
            Tensors.free(stack.a);
            Tensors.free(stack.b);
        });
        vectors.values().forEach(added -> Tensors.free(added.added));
        stacks.clear();
        vectors.clear();
    }

    private final class Rows implements ForwardHooks {
        private final Map<Place, Tensor> masks;
        private final Map<Integer, Tensor> additions;

        private Rows(Map<Place, Tensor> masks, Map<Integer, Tensor> additions) {
            this.masks = masks;
            this.additions = additions;
        }

        @Override
        public Tensor onLinear(int layer, Module module, Tensor input, Tensor output) {
            Place place = new Place(layer, module);
            Stack stack = stacks.get(place);
            Tensor mask = masks.get(place);
            if (stack == null || mask == null) {
                return output;
            }
            // the float32 mask keeps the scale exact; its product is rounded once
            Tensor low = torch.linear(input, stack.a).mul(mask.unsqueeze(1)).to(type); // (rows, tokens, ranks)
            return output.add(torch.linear(low, stack.b));
        }

        @Override
        public Tensor onSite(int layer, Site site, Tensor value) {
            Tensor addition = site == Site.RESID_POST ? additions.get(layer) : null;
            return addition == null ? value : value.add(addition.to(type));
        }
    }

    private void stackLora() {
        Map<Place, List<Pair>> pairs = new LinkedHashMap<>();
        Map<Place, List<Integer>> owners = new LinkedHashMap<>();
        for (int i = 0; i < entries.size(); i++) {
            if (entries.get(i).adapter() instanceof LoraAdapter lora) {
                int owner = i;
                lora.pairs().forEach((place, pair) -> {
                    pairs.computeIfAbsent(place, unused -> new ArrayList<>()).add(pair);
                    owners.computeIfAbsent(place, unused -> new ArrayList<>()).add(owner);
                });
            }
        }
        pairs.forEach((place, here) -> stacks.put(place, stack(here, owners.getOrDefault(place, List.of()))));
    }

    private Stack stack(List<Pair> pairs, List<Integer> owners) {
        List<Integer> owner = new ArrayList<>();
        List<Double> factor = new ArrayList<>();
        for (int i = 0; i < pairs.size(); i++) {
            for (long rank = 0; rank < pairs.get(i).a().size(0); rank++) {
                owner.add(owners.get(i));
                factor.add(pairs.get(i).scale());
            }
        }
        Tensor a = Tensors.cat(0, pairs.stream().map(pair -> pair.a().detach()).toArray(Tensor[]::new));
        Tensor b = Tensors.cat(1, pairs.stream().map(pair -> pair.b().detach()).toArray(Tensor[]::new));
        return new Stack(
                Tensors.keep(a.contiguous().to(type)),
                Tensors.keep(b.contiguous().to(type)),
                owner.stream().mapToInt(Integer::intValue).toArray(),
                factor.stream().mapToDouble(Double::doubleValue).toArray());
    }

    private void stackVectors() {
        Map<Integer, List<Tensor>> added = new LinkedHashMap<>();
        Map<Integer, List<Integer>> owners = new LinkedHashMap<>();
        Map<Integer, List<Double>> factors = new LinkedHashMap<>();
        for (int i = 0; i < entries.size(); i++) {
            if (entries.get(i).adapter() instanceof SteeringVector steering) {
                int layer = steering.layer();
                added.computeIfAbsent(layer, unused -> new ArrayList<>())
                        .add(steering.vector().detach().unsqueeze(0));
                owners.computeIfAbsent(layer, unused -> new ArrayList<>()).add(i);
                factors.computeIfAbsent(layer, unused -> new ArrayList<>()).add(steering.alpha());
            }
        }
        added.forEach((layer, rows) -> vectors.put(
                layer,
                new Vectors(
                        Tensors.keep(Tensors.cat(0, rows.toArray(Tensor[]::new))),
                        owners.getOrDefault(layer, List.of()).stream()
                                .mapToInt(Integer::intValue)
                                .toArray(),
                        factors.getOrDefault(layer, List.of()).stream()
                                .mapToDouble(Double::doubleValue)
                                .toArray())));
    }

    private double[] scaled(double[] factor, int[] owner, int layer) {
        double[] scaled = factor.clone();
        for (int i = 0; i < scaled.length; i++) {
            scaled[i] *= entries.get(owner[i]).scale().at(layer);
        }
        return scaled;
    }

    private static Tensor mask(int[] adapterOfRow, int[] owner, double[] factor) {
        float[] values = new float[adapterOfRow.length * owner.length];
        for (int row = 0; row < adapterOfRow.length; row++) {
            for (int rank = 0; rank < owner.length; rank++) {
                values[row * owner.length + rank] = adapterOfRow[row] == owner[rank] ? (float) factor[rank] : 0f;
            }
        }
        return Tensors.floats(values, adapterOfRow.length, owner.length);
    }

    private static List<Object> key(int[] owner, double[] factor) {
        List<Object> key = new ArrayList<>();
        for (int i = 0; i < owner.length; i++) {
            key.add(owner[i]);
            key.add(factor[i]);
        }
        return key;
    }
}
