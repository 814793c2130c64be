package dev.vivarium.engine.adapter;

import dev.vivarium.engine.adapter.LoraAdapter.Pair;
import dev.vivarium.engine.adapter.LoraAdapter.Place;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.model.ModelConfig;
import dev.vivarium.engine.model.Module;
import dev.vivarium.engine.tensor.Tensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * A weighted sum of LoRA adapters as one adapter: Σ w · s · B A is the product of [w₁ s₁ B₁, w₂ s₂ B₂, …] with A₁, A₂, … below
 * each other, so ranks add up and nothing is approximated but for the rounding of w · s · B to float32. (The mean of the
 * matrices themselves would be another change.)
 */
public final class AdapterMix {
    private AdapterMix() {}

    /**
     * A part of the sum.
     *
     * @param directory of a LoRA adapter
     * @param weight of its change; any finite number
     */
    public record Part(Path directory, double weight) {
        public Part {
            if (!Double.isFinite(weight)) {
                throw new InputException("the weight of an adapter must be a finite number; it is " + weight);
            }
        }
    }

    /**
     * Writes the sum as a PEFT directory, which has to exist.
     *
     * @param baseModel what {@code base_model_name_or_path} says
     * @return L2 norm of the whole change
     * @throws InputException if a part is no LoRA adapter for the model, or the sum changes nothing
     */
    public static double write(Path directory, List<Part> parts, ModelConfig model, String baseModel)
            throws IOException {
        try (PointerScope scope = new PointerScope()) {
            LoraAdapter sum = sum(parts, model);
            double norm = sum.norm();
            if (!(norm > 0)) {
                throw new InputException("the weighted adapters cancel each other, so their sum would change nothing");
            }
            AdapterFiles.write(directory, sum, model, baseModel);
            return norm;
        }
    }

    private static LoraAdapter sum(List<Part> parts, ModelConfig model) {
        List<LoraAdapter> adapters = new ArrayList<>();
        Set<Module> modules = EnumSet.noneOf(Module.class);
        SortedSet<Integer> layers = new TreeSet<>();
        for (Part part : parts) {
            if (!(AdapterFiles.read(part.directory, model) instanceof LoraAdapter lora)) {
                throw new InputException(part.directory + ": is a steering vector; only LoRA adapters can be added up");
            }
            adapters.add(lora);
            lora.pairs().keySet().forEach(place -> {
                modules.add(place.module());
                layers.add(place.layer());
            });
        }
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        Map<String, LoraSettings.Strength> strengths = new LinkedHashMap<>();
        Map<Integer, Integer> ranks = new HashMap<>(); // how often
        for (int layer : layers) {
            for (Module module : modules) {
                String name = module.fullName(layer);
                List<Tensor> rows = new ArrayList<>();
                List<Tensor> columns = new ArrayList<>();
                for (int i = 0; i < adapters.size(); i++) {
                    Pair pair = adapters.get(i).pairs().get(new Place(layer, module));
                    if (pair != null) {
                        rows.add(pair.a());
                        columns.add(pair.b().mul(new Scalar(parts.get(i).weight * pair.scale())));
                    }
                }
                if (rows.isEmpty()) { // a module that is adapted in other blocks only; PEFT names modules and blocks
                    // apart
                    rows.add(Tensors.zeros(1, module.inputSize(model)));
                    columns.add(Tensors.zeros(module.outputSize(model), 1));
                }
                Tensor a = Tensors.cat(0, rows.toArray(Tensor[]::new));
                int rank = Math.toIntExact(a.size(0));
                tensors.put(name + LoraAdapter.A_SUFFIX, a);
                tensors.put(name + LoraAdapter.B_SUFFIX, Tensors.cat(1, columns.toArray(Tensor[]::new)));
                strengths.put(name, new LoraSettings.Strength(rank, rank)); // so that s is 1
                ranks.merge(rank, 1, Integer::sum);
            }
        }
        int usual = ranks.entrySet().stream()
                .max(Map.Entry.<Integer, Integer>comparingByValue().thenComparing(Map.Entry.comparingByKey()))
                .orElseThrow(() -> new InputException("no adapter is given, so there is nothing to add up"))
                .getKey();
        strengths.values().removeIf(strength -> strength.r() == usual);
        LoraSettings settings = new LoraSettings(usual, usual, false, modules, List.copyOf(layers), strengths);
        return LoraAdapter.of(model, settings, tensors);
    }
}
