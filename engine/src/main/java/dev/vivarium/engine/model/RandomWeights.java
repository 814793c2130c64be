package dev.vivarium.engine.model;

import dev.vivarium.engine.base.CounterRandom;
import dev.vivarium.engine.tensor.Tensors;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/** Fresh weights for pretraining: norms that multiply by one, biases zero, all matrices normal with a given deviation. */
public final class RandomWeights {
    private RandomWeights() {}

    /**
     * Weights by Hugging Face name; each tensor has a stream of its own, so adding one changes no other.
     *
     * @param deviation standard deviation of the matrices, 0.02 in most families
     */
    public static Map<String, Tensor> of(ModelConfig config, double deviation, long seed) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        ModelShapes.of(config).forEach((name, shape) -> {
            float[] values = new float[Math.toIntExact(Arrays.stream(shape).reduce(1, Math::multiplyExact))];
            if (name.contains("norm")) {
                Arrays.fill(values, config.style().shiftedNorms() ? 0f : 1f);
            } else if (!name.endsWith(".bias")) {
                CounterRandom random = CounterRandom.of(seed, "init/" + name);
                for (int i = 0; i < values.length; i++) {
                    values[i] = (float) (deviation * random.gaussian(i));
                }
            }
            tensors.put(name, Tensors.floats(values, shape));
        });
        return tensors;
    }
}
