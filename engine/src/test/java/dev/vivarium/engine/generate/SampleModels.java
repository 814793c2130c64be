package dev.vivarium.engine.generate;

import dev.vivarium.engine.adapter.LoraAdapter;
import dev.vivarium.engine.adapter.LoraSettings;
import dev.vivarium.engine.adapter.Positions;
import dev.vivarium.engine.adapter.SteeringVector;
import dev.vivarium.engine.base.CounterRandom;
import dev.vivarium.engine.model.Decoder;
import dev.vivarium.engine.model.ModelConfig;
import dev.vivarium.engine.model.Precision;
import dev.vivarium.engine.model.RandomWeights;
import dev.vivarium.engine.model.RopeSettings;
import dev.vivarium.engine.tensor.Tensors;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/** Random models whose logits differ enough for their answers to be of many lengths. */
final class SampleModels {
    private SampleModels() {}

    /** Two layers, four heads over two, hidden 128, vocabulary 500; ten tokens end an answer. */
    static Decoder small() {
        return small(Precision.FLOAT32);
    }

    /** The same in a number format. */
    static Decoder small(Precision precision) {
        List<Integer> ends = new ArrayList<>();
        for (int token = 0; token < 10; token++) {
            ends.add(token);
        }
        RopeSettings rope = new RopeSettings(1e4, RopeSettings.Scaling.NONE);
        ModelConfig config =
                new ModelConfig("qwen2", 500, 128, 352, 2, 4, 2, 32, 1e-6, rope, true, false, false, true, 512, ends);
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        RandomWeights.of(config, 0.12, 3)
                .forEach((name, tensor) -> tensors.put(name, tensor.to(precision.scalarType())));
        return Decoder.of(config, tensors);
    }

    static LoraAdapter lora(ModelConfig config, LoraSettings settings, long seed) {
        LoraAdapter untrained = LoraAdapter.untrained(config, settings, seed);
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        untrained
                .parameters()
                .forEach((name, tensor) -> tensors.put(name, noise(CounterRandom.of(seed, name), tensor.shape())));
        return untrained.withParameters(tensors);
    }

    static SteeringVector steering(ModelConfig config, long seed) {
        return new SteeringVector(1, 3, Positions.ALL, noise(CounterRandom.of(seed, "v"), config.hiddenSize()));
    }

    static int[] prompt(int length, long seed) {
        CounterRandom random = CounterRandom.of(seed, "prompt");
        int[] prompt = new int[length];
        for (int i = 0; i < length; i++) {
            prompt[i] = 10 + random.below(490, i);
        }
        return prompt;
    }

    private static Tensor noise(CounterRandom random, long... shape) {
        int size = 1;
        for (long dimension : shape) {
            size = Math.toIntExact(size * dimension);
        }
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = (float) (0.1 * random.gaussian(i));
        }
        return Tensors.floats(values, shape);
    }
}
