package dev.vivarium.engine.model;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.tensor.Device;
import dev.vivarium.engine.tensor.PackedWeight;
import dev.vivarium.engine.tensor.Tensors;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * What a decoder computes with, by Hugging Face name.
 *
 * @param tensors weights as they were stored, in the order of the computation
 * @param packed weights that are multiplied packed and are not among the tensors
 * @param embedding rows of the embedding by token ids on the processor, where it is packed for the output layer tied to it
 */
record DecoderWeights(
        Map<String, Tensor> tensors,
        Map<String, PackedWeight> packed,
        @Nullable Lookup embedding) {
    DecoderWeights {
        tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
        packed = Map.copyOf(packed);
    }

    /** (rows, tokens) int64 to (rows, tokens, hidden). */
    interface Lookup {
        Tensor rows(Tensor ids);
    }

    /** @throws InputException if a tensor is missing or has another shape than the configuration says */
    void check(ModelConfig config) {
        ModelShapes.of(config).forEach((name, shape) -> {
            long[] found = shape(name);
            if (found == null) {
                throw new InputException("tensor \"" + name + "\" is missing; the weights do not fit config.json");
            }
            if (!Arrays.equals(found, shape)) {
                throw new InputException("tensor \"" + name + "\" has shape " + Arrays.toString(found)
                        + " but config.json asks for " + Arrays.toString(shape));
            }
        });
    }

    private long @Nullable [] shape(String name) {
        PackedWeight product = packed.get(name);
        if (product != null) {
            return product.shape();
        }
        Tensor tensor = tensors.get(name);
        return tensor == null ? null : tensor.shape();
    }

    /** @throws IllegalArgumentException if a tensor has another format or lies elsewhere */
    void check(Compute compute) {
        tensors.forEach((name, tensor) -> {
            if (Tensors.type(tensor) != compute.precision().scalarType()
                    || !Device.of(tensor).equals(compute.device())) {
                throw new IllegalArgumentException("tensor " + name + " is not " + compute + " as the embedding is");
            }
        });
    }

    /** Rows of the embedding. */
    Tensor embed(Tensor ids) {
        return embedding == null ? torch.embedding(tensor(ModelShapes.EMBEDDING), ids) : embedding.rows(ids);
    }

    LinearMap linear(String weight, @Nullable Tensor bias) {
        PackedWeight own = packed.get(weight);
        return new LinearMap(own == null ? tensor(weight) : null, own, bias);
    }

    Tensor tensor(String name) {
        Tensor tensor = tensors.get(name);
        if (tensor == null) {
            throw new IllegalArgumentException("no tensor " + name);
        }
        return tensor;
    }
}
