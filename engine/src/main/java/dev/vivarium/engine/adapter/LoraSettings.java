package dev.vivarium.engine.adapter;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.model.Module;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Where a low-rank adapter sits and how strongly it acts; names as in PEFT.
 *
 * @param r rank
 * @param alpha {@code lora_alpha}
 * @param useRslora scale alpha / √r instead of alpha / r (Kalajdzievski 2023, arXiv 2312.03732)
 * @param targetModules adapted linear maps
 * @param layersToTransform adapted blocks; empty means all
 * @param exceptions modules with another rank or alpha, by full name such as {@code model.layers.3.mlp.down_proj}: what
 *     {@code rank_pattern} and {@code alpha_pattern} say
 */
public record LoraSettings(
        int r,
        double alpha,
        boolean useRslora,
        Set<Module> targetModules,
        List<Integer> layersToTransform,
        Map<String, Strength> exceptions) {

    /** Rank and {@code lora_alpha} of one module. */
    public record Strength(int r, double alpha) {
        public Strength {
            if (r < 1) {
                throw new InputException("lora r must be at least 1; it is " + r);
            }
            if (!(alpha > 0) || Double.isInfinite(alpha)) {
                throw new InputException("lora_alpha must be positive; it is " + alpha);
            }
        }
    }

    /** The same rank and alpha everywhere. */
    public LoraSettings(
            int r, double alpha, boolean useRslora, Set<Module> targetModules, List<Integer> layersToTransform) {
        this(r, alpha, useRslora, targetModules, layersToTransform, Map.of());
    }

    public LoraSettings {
        targetModules = Set.copyOf(targetModules);
        layersToTransform = List.copyOf(layersToTransform);
        exceptions = Collections.unmodifiableMap(new TreeMap<>(exceptions));
        Strength unused = new Strength(r, alpha);
        if (targetModules.isEmpty()) {
            throw new InputException("target_modules is empty; name at least one, for example down_proj");
        }
    }

    /** Rank and alpha where no exception says otherwise. */
    Strength usual() {
        return new Strength(r, alpha);
    }

    /** The rank at a module, by its full name. */
    int r(String module) {
        return exceptions.getOrDefault(module, usual()).r();
    }

    /** The factor s of y = W x + s · B (A x) at a module, by its full name; protocol.md App. A (1). */
    double scale(String module) {
        Strength here = exceptions.getOrDefault(module, usual());
        return scale(here, useRslora);
    }

    /** The factor s of y = W x + s · B (A x); protocol.md App. A (1). */
    static double scale(Strength strength, boolean useRslora) {
        return strength.alpha() / (useRslora ? Math.sqrt(strength.r()) : strength.r());
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
