package dev.vivarium.engine.generate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vivarium.engine.model.Compute;
import dev.vivarium.engine.model.ModelConfig;
import dev.vivarium.engine.model.Precision;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.Test;

class GenerationMemoryTest {
    /** A few deterministic answers take a whole block with fixed places; many may take a wider block of free ones. */
    @Test
    void countsTheLargerOfBothWaysToPlaceDeterministicRows() {
        try (PointerScope scope = new PointerScope()) {
            ModelConfig config = SampleModels.small().config();
            SamplingSettings settings = SamplingSettings.defaults().withMaxNewTokens(60);
            int block = Generator.block(config, Compute.FLOAT32);
            long perRow =
                    2L * Float.BYTES * config.layers() * config.kvHeads() * config.headDim() * 2 * KeySegments.SIZE;
            long few = bytes(config, settings, 10);
            assertThat(few - bytes(config, settings.withDeterministic(false), 10))
                    .isGreaterThan((block - 16) * perRow);
            assertThat(bytes(config, settings, 400)).isEqualTo(bytes(config, settings.withDeterministic(false), 400));
        }
    }

    private static long bytes(ModelConfig config, SamplingSettings settings, long answers) {
        return new GenerationMemory(config, Precision.FLOAT32, settings).bytes(answers, 20);
    }
}
