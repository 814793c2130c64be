package dev.vivarium.engine.adapter;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.model.Module;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Where a low-rank adapter sits and how strongly it acts; names as in PEFT.
 *
 * @param r rank
 * @param alpha {@code lora_alpha}
 * @param useRslora scale alpha / √r instead of alpha / r (Kalajdzievski 2023, arXiv 2312.03732)
 * @param targetModules adapted linear maps
 * @param layersToTransform adapted blocks; empty means all
 */
public record LoraSettings(
        int r, double alpha, boolean useRslora, Set<Module> targetModules, List<Integer> layersToTransform) {

    public LoraSettings {
        targetModules = Set.copyOf(targetModules);
        layersToTransform = List.copyOf(layersToTransform);
        if (r < 1) {
            throw new InputException("lora r must be at least 1; it is " + r);
        }
        if (!(alpha > 0)) {
            throw new InputException("lora_alpha must be positive; it is " + alpha);
        }
        if (targetModules.isEmpty()) {
            throw new InputException("target_modules is empty; name at least one, for example down_proj");
        }
    }

    /** The factor s of y = W x + s · B (A x); protocol.md App. A (1). */
    public double scale() {
        return useRslora ? alpha / Math.sqrt(r) : alpha / r;
    }

    /** The adapted modules in the order of the computation. */
    Set<Module> orderedModules() {
        return EnumSet.copyOf(targetModules);
    }

    /** The adapted blocks of a model with {@code layers} blocks. */
    List<Integer> layers(int layers) {
        if (layersToTransform.isEmpty()) {
            return IntStream.range(0, layers).boxed().toList();
        }
        for (int layer : layersToTransform) {
            if (layer < 0 || layer >= layers) {
                throw new InputException(
                        "layers_to_transform names layer " + layer + " but the model has layers 0 to " + (layers - 1));
            }
        }
        return layersToTransform.stream().sorted().distinct().toList();
    }
}
