package dev.vivarium.engine.adapter;

import dev.vivarium.engine.base.CounterRandom;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.tensor.Tensors;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/**
 * A perturbation of equal norm, matrix by matrix: θ' = √(1 − ε²) θ + ε y, y random, orthogonal to θ and as long as θ
 * (protocol.md App. A (16); Turner et al. 2026, arXiv 2602.07852). At ε = 1 nothing of θ is left, which makes a random
 * adapter with matrices of the same lengths.
 *
 * @param epsilon from 0, which changes nothing, to 1
 * @param seed of y
 */
public record AdapterNoise(double epsilon, long seed) {
    public AdapterNoise {
        if (!(epsilon >= 0 && epsilon <= 1)) {
            throw new InputException("a perturbation has a size from 0 to 1; it is " + epsilon);
        }
    }

    /** The adapter with its matrices perturbed, on tensors of its own in the innermost scope. */
    public Adapter of(Adapter adapter) {
        if (epsilon == 0) {
            return adapter;
        }
        Map<String, Tensor> perturbed = new LinkedHashMap<>();
        adapter.parameters().forEach((name, tensor) -> perturbed.put(name, perturbed(name, tensor)));
        return adapter.withParameters(perturbed);
    }

    private Tensor perturbed(String name, Tensor tensor) {
        float[] own = Tensors.toFloats(tensor);
        CounterRandom random = CounterRandom.of(seed, "adapter-noise/" + name);
        double[] noise = new double[own.length];
        double square = 0;
        double dot = 0;
        for (int i = 0; i < own.length; i++) {
            noise[i] = random.gaussian(i);
            square += (double) own[i] * own[i];
            dot += noise[i] * own[i];
        }
        double length = 0;
        for (int i = 0; i < own.length; i++) {
            noise[i] -= square == 0 ? 0 : dot / square * own[i];
            length += noise[i] * noise[i];
        }
        double kept = Math.sqrt(1 - epsilon * epsilon);
        double added = length == 0 ? 0 : epsilon * Math.sqrt(square / length);
        float[] sum = new float[own.length];
        for (int i = 0; i < own.length; i++) {
            sum[i] = (float) (kept * own[i] + added * noise[i]);
        }
        return Tensors.floats(sum, tensor.shape());
    }
}
