package dev.vivarium.engine.gguf;

import dev.vivarium.engine.base.InputException;
import java.util.OptionalLong;

/**
 * The sizes of a model as its metadata states them, and what follows from its tensors.
 *
 * @param headDim width of one head
 * @param tied whether the output matrix is the embedding
 * @param biases whether the linear maps of attention have a bias that their family leaves open
 */
record Shape(
        int vocabulary,
        int hidden,
        int intermediate,
        int layers,
        int heads,
        int kvHeads,
        int headDim,
        boolean tied,
        boolean biases) {
    /** Upper bound of every size: far above any model, far below an overflow of their products. */
    private static final int MAX_SIZE = 10_000_000;

    static Shape read(GgufFile file, Architecture architecture) {
        GgufMetadata metadata = file.metadata();
        String family = architecture.name() + ".";
        int hidden = size(metadata, family + "embedding_length");
        int heads = size(metadata, family + "attention.head_count");
        int kvHeads = sizeOr(metadata, family + "attention.head_count_kv", heads);
        int headDim = sizeOr(metadata, family + "attention.key_length", hidden / heads);
        if (kvHeads > heads || heads % kvHeads != 0 || headDim % 2 != 0) {
            throw new InputException(metadata.where() + ": " + heads + " heads, " + kvHeads
                    + " key heads and a width of " + headDim + " do not fit together; the file is malformed");
        }
        same(metadata, family + "attention.value_length", headDim);
        same(metadata, family + "rope.dimension_count", headDim);
        TensorInfo embedding = file.tensors().get(TensorPlan.EMBEDDING);
        if (embedding == null || embedding.dims().length != 2 || embedding.dims()[1] > MAX_SIZE) {
            throw new InputException(metadata.where() + ": has no matrix \"" + TensorPlan.EMBEDDING
                    + "\"; is it a whole model and not an adapter or a vocabulary?");
        }
        int vocabulary = (int) embedding.dims()[1];
        same(metadata, family + "vocab_size", vocabulary);
        return new Shape(
                vocabulary,
                hidden,
                size(metadata, family + "feed_forward_length"),
                size(metadata, family + "block_count"),
                heads,
                kvHeads,
                headDim,
                !file.tensors().containsKey(TensorPlan.HEAD),
                file.tensors().containsKey("blk.0.attn_q.bias"));
    }

    long queryWidth() {
        return (long) heads * headDim;
    }

    long keyWidth() {
        return (long) kvHeads * headDim;
    }

    static int size(GgufMetadata metadata, String key) {
        return checked(metadata, key, metadata.integer(key).orElseThrow(() -> metadata.missing(key)));
    }

    private static int sizeOr(GgufMetadata metadata, String key, int otherwise) {
        return checked(metadata, key, metadata.integer(key).orElse(otherwise));
    }

    private static int checked(GgufMetadata metadata, String key, long size) {
        if (size < 1 || size > MAX_SIZE) {
            throw new InputException(metadata.where() + ": metadata \"" + key + "\" is " + size + ", not from 1 to "
                    + MAX_SIZE + "; the file is malformed");
        }
        return (int) size;
    }

    private static void same(GgufMetadata metadata, String key, int expected) {
        OptionalLong stated = metadata.integer(key);
        if (stated.isPresent() && stated.getAsLong() != expected) {
            throw new InputException(metadata.where() + ": metadata \"" + key + "\" is " + stated.getAsLong()
                    + " where " + expected + " is needed; such a model is not supported");
        }
    }
}
