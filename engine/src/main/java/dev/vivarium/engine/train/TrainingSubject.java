package dev.vivarium.engine.train;

import dev.vivarium.engine.adapter.Adapter;
import dev.vivarium.engine.model.Decoder;
import dev.vivarium.engine.model.ForwardHooks;
import dev.vivarium.engine.tensor.Device;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** What is trained: an adapter on a frozen decoder, or all weights of a decoder. */
public sealed interface TrainingSubject {
    /** The trained tensors before training, by name, in a fixed order. */
    Map<String, Tensor> initial();

    /** The decoder as it is before training. */
    Decoder base();

    /** Where it is trained. */
    default Device device() {
        return base().device();
    }

    /** The model that computes with {@code leaves} in place of the trained tensors. */
    Bound bind(Map<String, Tensor> leaves);

    /**
     * The decoder and what acts in it while training.
     *
     * @param adapter what is trained on it; null if that is the decoder itself
     * @param firstBlock the first block that training changes; 0 if the embedding is trained
     */
    record Bound(Decoder decoder, @Nullable Adapter adapter, int firstBlock) {
        /**
         * Hooks for a batch, made in the current scope.
         *
         * @param offsets of each row's tokens from its answer, as {@link PaddedBatch#offsets} counts them
         */
        ForwardHooks hooks(int[][] offsets) {
            return adapter == null ? ForwardHooks.NONE : adapter.forRows(offsets, decoder.device());
        }
    }

    /** An adapter; the decoder's own weights stay as they are. */
    record OfAdapter(Decoder base, Adapter adapter) implements TrainingSubject {
        @Override
        public Map<String, Tensor> initial() {
            return adapter.parameters();
        }

        @Override
        public Bound bind(Map<String, Tensor> leaves) {
            return new Bound(base, adapter.withParameters(leaves), adapter.firstBlock());
        }
    }

    /** All weights, trained in float32; tied embeddings are one tensor. */
    record OfWeights(Decoder base) implements TrainingSubject {
        @Override
        public Map<String, Tensor> initial() {
            return base.tensors();
        }

        @Override
        public Bound bind(Map<String, Tensor> leaves) {
            return new Bound(Decoder.of(base.config(), leaves), null, 0);
        }
    }
}
