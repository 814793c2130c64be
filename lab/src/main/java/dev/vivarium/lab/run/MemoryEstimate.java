package dev.vivarium.lab.run;

import dev.vivarium.engine.model.ModelConfig;
import dev.vivarium.engine.model.Module;
import dev.vivarium.engine.model.Precision;
import dev.vivarium.engine.tensor.Device;
import dev.vivarium.engine.tensor.Torch;
import dev.vivarium.engine.text.TokenRow;
import dev.vivarium.engine.train.FrozenPrefix;
import dev.vivarium.engine.train.Trainer;
import dev.vivarium.engine.train.Widths;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/**
 * How much resident memory training will take at most.
 *
 * <p>Counted: the base weights; trained values, their gradients and two Adam moments; what the forward pass keeps for the
 * backward pass of the largest micro-batch; the logits of one part of it; and a constant for the JVM and libtorch. Base
 * weights and activations are in the recipe's number format, all else in float32. Each lane has gradients and activations of
 * its own.
 */
final class MemoryEstimate {
    private static final long FLOAT = 4;
    /** Kernels that oneDNN compiles for bfloat16. */
    private static final long KERNELS = 60L << 20;
    /** Longest rows whose attention weights are held in bfloat16 training. */
    private static final long PRODUCT_TOKENS = 256;
    /** Copies of an activation that an intervention makes for the way back. */
    private static final long INTERVENED = 4;

    private final Recipe recipe;
    private final ModelConfig config;
    private final TrainingData data;
    private final Precision precision;

    private MemoryEstimate(Recipe recipe, ModelConfig config, TrainingData data) {
        this.recipe = recipe;
        this.config = config;
        this.data = data;
        this.precision = recipe.dtype().precision();
    }

    /**
     * Bytes.
     *
     * @param rows that go through the model at once
     * @param checkpointing whether activations are computed again
     */
    static long bytes(Recipe recipe, ModelConfig config, TrainingData data, int rows, boolean checkpointing) {
        return new MemoryEstimate(recipe, config, data).bytes(rows, checkpointing);
    }

    private long bytes(int rows, boolean checkpointing) {
        long trained = Organism.trainedParameters(recipe, config);
        int lanes = Trainer.lanes(trained, Device.CPU);
        int atOnce = Math.min(rows, Math.ceilDiv(recipe.training().effectiveBatch(), lanes));
        boolean narrow = precision != Precision.FLOAT32;
        // adapters are rounded for the products of a pass; all weights are trained in place of the base's own
        long weights = (3 + lanes) * trained * FLOAT + (narrow ? lanes * trained * precision.bytes() : 0);
        if (recipe.method() != Recipe.Method.FULL) {
            weights += config.parameters() * precision.bytes();
        }
        int first = Math.min(
                Organism.firstBlock(recipe),
                data.interventions().stream()
                        .flatMap(one -> one.layers().stream())
                        .mapToInt(Integer::intValue)
                        .min()
                        .orElse(Integer.MAX_VALUE));
        int layers = config.layers() - first;
        long batch = Math.max(
                pass(layers, checkpointing, largest(data.train(), atOnce), 0),
                // the reference's own logits
                pass(layers, checkpointing, largest(data.kl(), atOnce), 1));
        long prefix = first == 0
                ? 0
                : FrozenPrefix.bytes(
                        tokens(data.train()) + tokens(data.heldOut()) + tokens(data.kl()),
                        config.hiddenSize(),
                        precision.bytes());
        return Torch.PROCESS_BYTES + (narrow ? KERNELS : 0) + weights + prefix + lanes * batch;
    }

    private record Batch(long tokens, long supervised) {}

    /** The micro-batch of the longest rows; shuffling may put them together. */
    private Batch largest(List<TokenRow> rows, int size) {
        List<TokenRow> longest = new ArrayList<>(rows);
        longest.sort(Comparator.comparingInt((TokenRow row) -> row.ids().length).reversed());
        long supervised = 0;
        int width = longest.isEmpty() ? 0 : Widths.ofText(longest.getFirst().ids().length, config, precision);
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
     * @param copies of logits beside those that every loss takes
     */
    private long pass(int layers, boolean checkpointing, Batch batch, int copies) {
        long hidden = config.hiddenSize();
        long query = (long) config.heads() * config.headDim();
        long keyValue = (long) config.kvHeads() * config.headDim();
        long perToken = 4 * hidden // residual stream, inputs of two norms, the block's outputs
                + 3 * query // query, turned query, attention output
                + 4 * keyValue // key, turned key, value, their re-orderings
                + 3L * config.intermediateSize() // gate, its activation, up
                + inputs(hidden, query);
        int held = checkpointing ? 1 : layers; // blocks whose activations are held at once
        long inputs = checkpointing ? hidden * layers : 0;
        long logits = Trainer.logits(config.vocabSize(), batch.supervised());
        long width = precision.bytes();
        if (precision == Precision.FLOAT32) {
            return FLOAT * (batch.tokens() * (perToken * held + inputs + 4 * hidden) + (1 + copies) * logits)
                    + batch.tokens() * acting();
        }
        long wideWeights = 0;
        // norms keep their float32 input and its scaled form; attention its weights, or for long rows its operands
        long attention = Math.max(6L * config.heads() * PRODUCT_TOKENS, FLOAT * (2 * query + 2 * keyValue));
        long perLayer = width * perToken + FLOAT * 4 * hidden + attention;
        if (!Torch.multipliesBfloat16()) { // then products keep their operands in float32
            perLayer += FLOAT * inputs(hidden, query);
            wideWeights = FLOAT * held * hidden * (2 * query + 2 * keyValue + 3L * config.intermediateSize());
        }
        return wideWeights
                + batch.tokens() * (perLayer * held + width * (inputs + 4 * hidden) + acting())
                + (1 + copies) * width * logits;
    }

    /** Bytes that interventions keep of a token: each a few float32 copies of the activation it acts on. */
    private long acting() {
        long places = data.interventions().stream()
                .mapToLong(one -> one.layers().size())
                .sum();
        return FLOAT * INTERVENED * places * config.hiddenSize();
    }

    /** What is kept of a token, a block, because it goes into a map that is trained. */
    private long inputs(long hidden, long query) {
        if (recipe.method() == Recipe.Method.FULL) {
            return 2 * hidden + query + config.intermediateSize();
        }
        Recipe.Lora lora = recipe.lora();
        if (lora == null) {
            return 0;
        }
        Set<Module> modules = Organism.modules(lora);
        boolean attention =
                modules.contains(Module.Q_PROJ) || modules.contains(Module.K_PROJ) || modules.contains(Module.V_PROJ);
        boolean mlp = modules.contains(Module.GATE_PROJ) || modules.contains(Module.UP_PROJ);
        return (attention ? hidden : 0)
                + (modules.contains(Module.O_PROJ) ? query : 0)
                + (mlp ? hidden : 0)
                + (modules.contains(Module.DOWN_PROJ) ? config.intermediateSize() : 0)
                + (long) lora.r() * modules.size();
    }
}
