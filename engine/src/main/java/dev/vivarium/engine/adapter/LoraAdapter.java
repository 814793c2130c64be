package dev.vivarium.engine.adapter;

import dev.vivarium.engine.base.CounterRandom;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Printable;
import dev.vivarium.engine.model.ModelConfig;
import dev.vivarium.engine.model.Module;
import dev.vivarium.engine.tensor.Products;
import dev.vivarium.engine.tensor.Tensors;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * Low-rank adaptation: y = W x + s · B (A x) at chosen linear maps (Hu et al. 2021, arXiv 2106.09685; protocol.md App. A (1)).
 *
 * <p>A is (r, in), B is (out, r); names are those of the adapted module with {@code .lora_A.weight} and
 * {@code .lora_B.weight}. Both are float32; in a bfloat16 pass they are rounded before the product, as autocast does it, so
 * that small steps of training add up in the float32 values. The adapter does not own its tensors.
 */
public final class LoraAdapter implements Adapter {
    static final String A_SUFFIX = ".lora_A.weight";
    static final String B_SUFFIX = ".lora_B.weight";
    private static final String WEIGHT = ".weight";

    private final LoraSettings settings;
    private final Map<String, Tensor> parameters;
    private final Map<Place, Pair> pairs;

    /** One linear map of one block. */
    record Place(int layer, Module module) {}

    /** A (r, in), B (out, r) and the factor s. */
    record Pair(Tensor a, Tensor b, double scale) {}

    private LoraAdapter(LoraSettings settings, Map<String, Tensor> parameters, Map<Place, Pair> pairs) {
        this.settings = settings;
        this.parameters = Collections.unmodifiableMap(parameters);
        this.pairs = Collections.unmodifiableMap(pairs);
    }

    /**
     * An untrained adapter: A Kaiming-uniform with a = √5, that is uniform in ±1/√in, and B zero.
     *
     * @throws InputException if a layer is out of range
     */
    public static LoraAdapter untrained(ModelConfig config, LoraSettings settings, long seed) {
        Map<String, Tensor> parameters = new LinkedHashMap<>();
        for (int layer : settings.layers(config.layers())) {
            for (Module module : settings.orderedModules()) {
                String name = module.fullName(layer);
                int in = module.inputSize(config);
                int r = settings.r(name);
                parameters.put(name + A_SUFFIX, uniform(r, in, CounterRandom.of(seed, "lora/" + name)));
                parameters.put(name + B_SUFFIX, Tensors.zeros(module.outputSize(config), r));
            }
        }
        return of(config, settings, parameters);
    }

    /**
     * An adapter over given tensors.
     *
     * @param parameters for each adapted place {@code model.layers.{i}.….lora_A.weight} and {@code .lora_B.weight}
     * @throws InputException if a tensor is missing, is not expected, or has another shape than model and settings say
     */
    public static LoraAdapter of(ModelConfig config, LoraSettings settings, Map<String, Tensor> parameters) {
        Map<String, Tensor> ordered = new LinkedHashMap<>();
        Map<Place, Pair> pairs = new LinkedHashMap<>();
        for (int layer : settings.layers(config.layers())) {
            for (Module module : settings.orderedModules()) {
                String name = module.fullName(layer);
                int r = settings.r(name);
                Tensor a = expect(parameters, name + A_SUFFIX, r, module.inputSize(config));
                Tensor b = expect(parameters, name + B_SUFFIX, module.outputSize(config), r);
                ordered.put(name + A_SUFFIX, a);
                ordered.put(name + B_SUFFIX, b);
                pairs.put(new Place(layer, module), new Pair(a, b, settings.scale(name)));
            }
        }
        for (String name : parameters.keySet()) {
            if (!ordered.containsKey(name)) {
                throw new InputException(
                        "adapter tensor \"" + Printable.name(name) + "\" does not belong to any module the adapter's "
                                + "settings name; it would be ignored silently");
            }
        }
        return new LoraAdapter(settings, ordered, pairs);
    }

    public LoraSettings settings() {
        return settings;
    }

    @Override
    public Map<String, Tensor> parameters() {
        return parameters;
    }

    @Override
    public LoraAdapter withParameters(Map<String, Tensor> replaced) {
        Map<String, Tensor> ordered = new LinkedHashMap<>();
        Map<Place, Pair> others = new LinkedHashMap<>();
        pairs.forEach((place, pair) -> {
            String name = place.module.fullName(place.layer);
            Tensor a = expect(replaced, name + A_SUFFIX, pair.a.shape());
            Tensor b = expect(replaced, name + B_SUFFIX, pair.b.shape());
            ordered.put(name + A_SUFFIX, a);
            ordered.put(name + B_SUFFIX, b);
            others.put(place, new Pair(a, b, pair.scale));
        });
        return new LoraAdapter(settings, ordered, others);
    }

    @Override
    public SortedSet<Integer> blocks() {
        SortedSet<Integer> blocks = new TreeSet<>();
        pairs.keySet().forEach(place -> blocks.add(place.layer));
        return blocks;
    }

    @Override
    public double norm() {
        double squares = 0;
        for (Pair pair : pairs.values()) {
            double norm = norm(pair.a, pair.b, pair.scale);
            squares += norm * norm;
        }
        return Math.sqrt(squares);
    }

    /** ‖s B A‖ of A (r, in) and B (out, r). */
    static double norm(Tensor a, Tensor b, double scale) {
        try (PointerScope scope = new PointerScope()) {
            // ‖B A‖² = ⟨BᵀB, A Aᵀ⟩, which is (r, r) instead of (out, in)
            Tensor bb = b.detach().t().matmul(b.detach());
            Tensor aa = a.detach().matmul(a.detach().t());
            return scale * Math.sqrt(Math.max(0, bb.mul(aa).sum().item_double()));
        }
    }

    @Override
    public Tensor onLinear(int layer, Module module, Tensor input, Tensor output) {
        Pair pair = pairs.get(new Place(layer, module));
        if (pair == null) {
            return output;
        }
        Tensor flat = output.view(-1, output.size(-1)); // (rows·tokens, out)
        ScalarType type = output.scalar_type();
        Tensor low = Products.linear(input, pair.a.to(type), null).view(-1, pair.a.size(0)); // (rows·tokens, r)
        return Products.addmm(flat, low, pair.b.to(type).t(), pair.scale).view(output.shape());
    }

    /**
     * A weight with s · B · A added, in float32 and not rounded; null where the adapter does not act.
     *
     * @param name of the weight, such as {@code model.layers.3.mlp.down_proj.weight}
     */
    @Nullable
    Tensor merged(String name, Tensor weight) {
        for (Map.Entry<Place, Pair> entry : pairs.entrySet()) {
            Place place = entry.getKey();
            if (name.equals(place.module.fullName(place.layer) + WEIGHT)) {
                Pair pair = entry.getValue();
                Tensor wide = weight.detach().to(ScalarType.Float);
                return torch.addmm(wide, pair.b.detach(), pair.a.detach(), new Scalar(1.0), new Scalar(pair.scale));
            }
        }
        return null;
    }

    Map<Place, Pair> pairs() {
        return pairs;
    }

    private static Tensor uniform(int r, int in, CounterRandom random) {
        float[] values = new float[Math.multiplyExact(r, in)];
        double bound = 1 / Math.sqrt(in);
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (bound * (2 * random.uniform(i) - 1));
        }
        return Tensors.floats(values, r, in);
    }

    private static Tensor expect(Map<String, Tensor> tensors, String name, long... shape) {
        Tensor tensor = tensors.get(name);
        if (tensor == null) {
            throw new InputException("adapter tensor \"" + name + "\" is missing");
        }
        if (!Arrays.equals(tensor.shape(), shape)) {
            throw new InputException("adapter tensor \"" + name + "\" has shape " + Arrays.toString(tensor.shape())
                    + " but the model and the adapter's settings ask for " + Arrays.toString(shape));
        }
        return tensor;
    }
}
