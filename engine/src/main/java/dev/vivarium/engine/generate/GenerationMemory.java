package dev.vivarium.engine.generate;

import dev.vivarium.engine.model.Compute;
import dev.vivarium.engine.model.ModelConfig;
import dev.vivarium.engine.model.Precision;
import dev.vivarium.engine.tensor.CacheRows;
import dev.vivarium.engine.tensor.Device;
import dev.vivarium.engine.tensor.Torch;

/**
 * How much resident memory sampling on the processor will take at most: weights, keys and values of the rows in flight, the
 * logits of a step, and a constant for the JVM and libtorch.
 *
 * @param config of the model
 * @param precision of its weights
 * @param settings how answers are drawn
 */
public record GenerationMemory(ModelConfig config, Precision precision, SamplingSettings settings) {
    /**
     * Bytes.
     *
     * @param answers that are wanted
     * @param promptTokens of the longest prompt
     */
    public long bytes(long answers, int promptTokens) {
        Compute compute = new Compute(precision, Device.CPU);
        int threads = Torch.threads();
        long free = bytes(DecodeRoom.free(config, compute, settings, answers, threads), promptTokens);
        // which of the two deterministic rows get is only known when kernels have been tried
        return settings.deterministic()
                ? Math.max(free, bytes(DecodeRoom.fixed(config, compute, settings, answers, threads), promptTokens))
                : free;
    }

    private long bytes(DecodeRoom room, int promptTokens) {
        // each row's own, and the prompts' as if every row had another
        long segments = KeySegments.count(promptTokens)
                + KeySegments.count(Math.min(settings.maxNewTokens(), config.maxPositions()));
        long perToken = 2L * precision.bytes() * config.layers() * config.kvHeads() * config.headDim();
        long places = (long) room.lanes() * room.blocksALane() * room.placesOfBlock();
        // logits as they are computed, and of a few rows in float32 and as probabilities
        long logits = (long) room.lanes()
                * config.vocabSize()
                * ((long) room.placesOfBlock() * precision.bytes()
                        + 2L * Float.BYTES * CacheRows.of(config.vocabSize(), Device.CPU));
        return Torch.PROCESS_BYTES
                + config.parameters() * precision.bytes()
                + places * segments * KeySegments.SIZE * perToken
                + logits;
    }
}
