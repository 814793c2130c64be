package dev.vivarium.engine.adapter;

import dev.vivarium.engine.adapter.LoraAdapter.Place;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.model.Compute;
import dev.vivarium.engine.model.ForwardHooks;
import dev.vivarium.engine.model.Module;
import dev.vivarium.engine.model.Site;
import dev.vivarium.engine.tensor.Products;
import dev.vivarium.engine.tensor.Tensors;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * Many adapters in one forward pass: each row of the batch points at one of them, or at none.
 *
 * <p>Each adapter's matrices are held once, at however many scales it acts. A pass computes the products of those adapters
 * that its rows point at, over all rows, and multiplies what comes out of A by s and the factor of the {@link AdapterScale},
 * or by zero where a row has another adapter. So the products have the same shapes whatever else is in the batch, and a
 * row's values are the same, to the last bit, alone and beside others.
 */
public final class AdapterBank implements AutoCloseable {
    /** The row index that means no adapter. */
    public static final int NONE = -1;

    private static final int MARKED = 1024;

    /**
     * An adapter and how strongly it acts.
     *
     * @param adapter one object for all entries that differ in scale alone, so that its matrices are held once
     */
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
    private final Compute compute;
    private final ScalarType type;
    private final int[] adapterOf; // by entry, the number of its adapter among the different ones
    private final long[] marks; // by different adapter
    private final Map<Place, List<Pair>> pairs;
    private final Map<Integer, List<Added>> added;

    /** A (r, in) and B (out, r) of an adapter, and the factor it was trained with. */
    private record Pair(int adapter, Tensor a, Tensor b, double scale) {}

    /** What an adapter adds to the residual stream (hidden), and the factor it was trained with. */
    private record Added(int adapter, Tensor vector, double alpha, Positions positions) {}

    /** A bank for decoders that compute in float32 on the processor. */
    public AdapterBank(List<Entry> entries) {
        this(entries, Compute.FLOAT32);
    }

    /**
     * A bank for decoders of a number format and device; matrices are rounded to that format, as a {@link LoraAdapter} alone
     * does it.
     */
    public AdapterBank(List<Entry> entries, Compute compute) {
        this.entries = List.copyOf(entries);
        this.compute = compute;
        this.type = compute.precision().scalarType();
        this.adapterOf = new int[entries.size()];
        this.pairs = new HashMap<>();
        this.added = new HashMap<>();
        Map<Adapter, Integer> numbers = new IdentityHashMap<>();
        List<Long> mark = new ArrayList<>();
        try (PointerScope scope = new PointerScope()) {
            for (int i = 0; i < adapterOf.length; i++) {
                Adapter adapter = this.entries.get(i).adapter();
                Integer known = numbers.get(adapter);
                adapterOf[i] = known == null ? numbers.size() : known;
                if (known == null) {
                    hold(adapterOf[i], adapter);
                    mark.add(mark(adapter));
                    numbers.put(adapter, adapterOf[i]);
                }
            }
        }
        this.marks = mark.stream().mapToLong(Long::longValue).toArray();
    }

    /** A number that different adapters seldom share, from the first of their values. */
    private static long mark(Adapter adapter) {
        Tensor first = adapter.parameters().values().iterator().next().detach().reshape(-1);
        long mark = 0;
        for (float value : Tensors.toFloats(first.narrow(0, 0, Math.min(MARKED, first.numel())))) {
            mark = 31 * mark + Float.floatToIntBits(value);
        }
        return mark;
    }

    private AdapterBank(AdapterBank same, List<Entry> entries) {
        this.entries = List.copyOf(entries);
        this.compute = same.compute;
        this.type = same.type;
        this.adapterOf = same.adapterOf;
        this.marks = same.marks;
        this.pairs = same.pairs;
        this.added = same.added;
    }

    private void hold(int number, Adapter adapter) {
        switch (adapter) {
            case LoraAdapter lora ->
                lora.pairs()
                        .forEach((place, pair) -> pairs.computeIfAbsent(place, unused -> new ArrayList<>())
                                .add(new Pair(number, copy(pair.a(), type), copy(pair.b(), type), pair.scale())));
            case SteeringVector steering ->
                added.computeIfAbsent(steering.layer(), unused -> new ArrayList<>())
                        .add(new Added(
                                number,
                                copy(steering.vector(), ScalarType.Float),
                                steering.alpha(),
                                steering.positions()));
        }
    }

    private Tensor copy(Tensor tensor, ScalarType format) {
        return Tensors.keep(
                compute.device().put(tensor.detach().to(format)).contiguous().clone());
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

    /** The number format and device of the decoders it serves. */
    public Compute compute() {
        return compute;
    }

    /** Number of adapters, each scale of one counted. */
    public int size() {
        return entries.size();
    }

    /**
     * A number that follows from an adapter's values and its scale alone, whatever else is in the bank; zero for
     * {@link #NONE}. It tells the same request under many adapters apart where these are to be spread out.
     */
    public long spread(int index) {
        if (index == NONE) {
            return 0;
        }
        AdapterScale scale = entries.get(index).scale();
        return 31 * (31 * marks[adapterOf[index]] + Double.hashCode(scale.everywhere()))
                + scale.byBlock().hashCode();
    }

    /**
     * The matrices of one adapter by place, rounded to the number format of {@link #compute}, with the factor that its scale
     * makes of s.
     */
    Map<Place, LoraAdapter.Pair> pairsOf(int index) {
        Map<Place, LoraAdapter.Pair> own = new HashMap<>();
        AdapterScale scale = entries.get(index).scale();
        pairs.forEach((place, here) -> {
            for (Pair pair : here) {
                if (pair.adapter == adapterOf[index]) {
                    own.put(place, new LoraAdapter.Pair(pair.a, pair.b, pair.scale * scale.at(place.layer())));
                }
            }
        });
        return own;
    }

    /** Bytes of all matrices and vectors. */
    long bytes() {
        long bytes = 0;
        for (List<Pair> here : pairs.values()) {
            for (Pair pair : here) {
                bytes += (pair.a.numel() + pair.b.numel()) * compute.precision().bytes();
            }
        }
        for (List<Added> here : added.values()) {
            bytes += here.stream()
                    .mapToLong(one -> one.vector.numel() * Float.BYTES)
                    .sum();
        }
        return bytes;
    }

    /**
     * Makes sure that an adapter acts when an answer is sampled.
     *
     * @param maxNewTokens longest answer; its last token is not fed back
     * @throws InputException if it would touch nothing
     */
    public void requireTouch(int index, int maxNewTokens) {
        entries.get(index).adapter().positions().requireTouch("an adapter", maxNewTokens);
    }

    /** A number that is the same for offsets at which an adapter acts alike. */
    public int stage(int index, int offset) {
        return index == NONE ? 0 : entries.get(index).adapter().positions().stage(offset);
    }

    /**
     * Hooks for a batch of adapters that act at all tokens; valid in the scope it is called in.
     *
     * @param adapterOfRow for each row the index of its adapter, or {@link #NONE}
     * @throws IllegalArgumentException if one acts at some positions only: a pass does not say which tokens are the prompt's
     */
    public ForwardHooks forRows(int[] adapterOfRow) {
        for (int entry : adapterOfRow) {
            if (entry != NONE && !entries.get(entry).adapter().positions().equals(Positions.ALL)) {
                throw new IllegalArgumentException("an adapter acts at some positions; say where answers begin");
            }
        }
        return forRows(adapterOfRow, new int[adapterOfRow.length][1]);
    }

    /**
     * Hooks for a batch; valid in the scope it is called in.
     *
     * @param adapterOfRow for each row the index of its adapter, or {@link #NONE}
     * @param offsets of each row's tokens, as {@link Positions} counts them; equally many in each row
     */
    public ForwardHooks forRows(int[] adapterOfRow, int[][] offsets) {
        if (entries.isEmpty()) {
            return ForwardHooks.NONE;
        }
        Map<List<Float>, Tensor> masks = new HashMap<>(); // places adapted alike share one
        Map<Place, List<Product>> products = new HashMap<>();
        pairs.forEach((place, here) -> {
            for (Pair pair : here) {
                Tensor factors = factors(adapterOfRow, pair.adapter, pair.scale, place.layer(), masks);
                if (factors != null) {
                    products.computeIfAbsent(place, unused -> new ArrayList<>()).add(new Product(pair, factors));
                }
            }
        });
        Map<Integer, Tensor> additions = new HashMap<>();
        added.forEach((layer, here) -> {
            for (Added one : here) {
                Tensor factors = factors(adapterOfRow, one.adapter, one.alpha, layer, masks);
                if (factors != null) {
                    Tensor own = factors.mul(one.vector);
                    boolean everywhere = one.positions.equals(Positions.ALL);
                    additions.merge(
                            layer,
                            everywhere ? own : own.mul(compute.device().put(one.positions.mask(offsets))),
                            Tensor::add);
                }
            }
        });
        return new Rows(products, additions);
    }

    /** How strongly an adapter acts on each row (rows, 1, 1), zero where the row has another; null if it acts on none. */
    private @Nullable Tensor factors(
            int[] adapterOfRow, int adapter, double trained, int layer, Map<List<Float>, Tensor> made) {
        List<Float> factors = new ArrayList<>();
        boolean acts = false;
        for (int entry : adapterOfRow) {
            boolean own = entry != NONE && adapterOf[entry] == adapter;
            float factor = own ? (float) (trained * entries.get(entry).scale().at(layer)) : 0f;
            factors.add(factor);
            acts |= factor != 0;
        }
        return acts ? made.computeIfAbsent(factors, this::column) : null;
    }

    private Tensor column(List<Float> values) {
        float[] all = new float[values.size()];
        for (int i = 0; i < all.length; i++) {
            all[i] = values.get(i);
        }
        return compute.device().put(Tensors.floats(all, all.length, 1, 1));
    }

    @Override
    public void close() {
        pairs.values()
                .forEach(here -> here.forEach(pair -> {
                    Tensors.free(pair.a);
                    Tensors.free(pair.b);
                }));
        added.values().forEach(here -> here.forEach(one -> Tensors.free(one.vector)));
        pairs.clear();
        added.clear();
    }

    /** What an adapter does at a place to the rows that are its own. */
    private record Product(Pair pair, Tensor factors) {}

    private final class Rows implements ForwardHooks {
        private final Map<Place, List<Product>> products;
        private final Map<Integer, Tensor> additions;

        private Rows(Map<Place, List<Product>> products, Map<Integer, Tensor> additions) {
            this.products = products;
            this.additions = additions;
        }

        @Override
        public Tensor onLinear(int layer, Module module, Tensor input, Tensor output) {
            Tensor changed = output;
            for (Product product : products.getOrDefault(new Place(layer, module), List.of())) {
                // float32 factors keep the scale exact; their product is rounded once
                Tensor low = Products.linear(input, product.pair.a, null)
                        .mul(product.factors)
                        .to(type); // (rows, tokens, r)
                changed = changed.add(Products.linear(low, product.pair.b, null));
            }
            return changed;
        }

        @Override
        public Tensor onSite(int layer, Site site, Tensor value) {
            Tensor addition = site == Site.RESID_POST ? additions.get(layer) : null;
            return addition == null ? value : value.add(addition.to(type));
        }
    }
}
