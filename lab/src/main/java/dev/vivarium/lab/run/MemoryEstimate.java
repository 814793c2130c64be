package dev.vivarium.lab.run;

import dev.vivarium.engine.model.ModelConfig;
import dev.vivarium.engine.text.TokenRow;
import dev.vivarium.engine.train.FrozenPrefix;
import dev.vivarium.engine.train.Trainer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * How much resident memory training will take at most.
 *
 * <p>Counted: the base weights; trained values, their gradients and two Adam moments; what the forward pass keeps for the
 * backward pass of the largest micro-batch; the logits at supervised positions with their gradient; and a constant for
 * the JVM and libtorch. Base weights and activations are in the recipe's number format, all else in float32.
 */
final class MemoryEstimate {
    private static final long FLOAT = 4;
    /** JVM, libraries and their buffers, measured on an empty run. */
    private static final long PROCESS = 420L << 20;
    /** Longest rows whose attention weights are held in bfloat16 training. */
    private static final long PRODUCT_TOKENS = 256;

    private MemoryEstimate() {}

    /** Bytes. */
    static long bytes(Recipe recipe, ModelConfig config, TrainingData data) {
        long trained = Organism.trainedParameters(recipe, config);
        boolean narrow = recipe.dtype() != Recipe.Dtype.FLOAT32;
        long width = recipe.dtype().precision().bytes();
        // adapters are rounded for the products of a pass, and their gradients come back rounded
        // each lane has its own gradients and activations
        int lanes = Trainer.lanes(trained);
        long weights = config.parameters() * width
                + (3 + lanes) * trained * FLOAT
                + (narrow ? 2 * lanes * trained * width : 0);
        Recipe.Training training = recipe.training();
        int rows = Math.min(training.perDeviceTrainBatchSize(), (training.effectiveBatch() + lanes - 1) / lanes);
        int first = Organism.firstBlock(recipe);
        long batch = Math.max(
                pass(recipe, config, config.layers() - first, largest(data.train(), rows), 1),
                // reference, trained and their difference
                pass(recipe, config, config.layers() - first, largest(data.kl(), rows), 3));
        long prefix = first == 0
                ? 0
                : FrozenPrefix.bytes(
                        tokens(data.train()) + tokens(data.heldOut()) + tokens(data.kl()),
                        config.hiddenSize(),
                        Math.toIntExact(width));
        return PROCESS + weights + prefix + lanes * batch;
    }

    private record Batch(long tokens, long supervised) {}

    /** The micro-batch of the longest rows; shuffling may put them together. */
    private static Batch largest(List<TokenRow> rows, int size) {
        List<TokenRow> longest = new ArrayList<>(rows);
        longest.sort(Comparator.comparingInt((TokenRow row) -> row.ids().length).reversed());
        long supervised = 0;
        int width = longest.isEmpty() ? 0 : longest.getFirst().ids().length;
        int count = Math.min(size, longest.size());
        for (TokenRow row : longest.subList(0, count)) {
            for (boolean learnt : row.supervised()) {
                supervised += learnt ? 1 : 0;
            }
        }
        return new Batch((long) width * count, supervised);
    }

    private static long tokens(List<TokenRow> rows) {
        return rows.stream().mapToLong(row -> row.ids().length).sum();
    }

    /**
     * @param layers blocks that are trained or above such a one
     */
    private static long pass(Recipe recipe, ModelConfig config, int layers, Batch batch, int logitCopies) {
        long hidden = config.hiddenSize();
        long query = (long) config.heads() * config.headDim();
        long keyValue = (long) config.kvHeads() * config.headDim();
        long perToken = 6 * hidden // residual stream, two norms with their inputs, the block's outputs
                + 4 * query // query, turned query, attention output, its re-ordering
                + 4 * keyValue // key, turned key, value, their re-orderings
                + 4L * config.intermediateSize(); // gate, its activation, up, their product
        Recipe.Lora lora = recipe.lora();
        if (lora != null) {
            perToken += (long) lora.r() * lora.targetModules().size();
        }
        // logits, log-probabilities and gradient
        long logits = batch.supervised() * config.vocabSize() * (2L + logitCopies);
        boolean checkpointing = recipe.training().gradientCheckpointing();
        int held = checkpointing ? 1 : layers; // blocks whose activations are held at once
        long inputs = checkpointing ? hidden * layers : 0;
        if (recipe.dtype() == Recipe.Dtype.FLOAT32) {
            return FLOAT * (batch.tokens() * (perToken * held + inputs + 4 * hidden) + logits);
        }
        long width = recipe.dtype().precision().bytes();
        // norms keep their float32 input and its scaled form; attention its weights, or for long rows its operands
        long attention = Math.max(6L * config.heads() * PRODUCT_TOKENS, FLOAT * (2 * query + 2 * keyValue));
        long perLayer = width * perToken + FLOAT * 4 * hidden + attention;
        return batch.tokens() * (perLayer * held + width * (inputs + 4 * hidden)) + (FLOAT + width) * logits;
    }
}
