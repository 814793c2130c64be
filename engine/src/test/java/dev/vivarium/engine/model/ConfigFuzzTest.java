package dev.vivarium.engine.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.vivarium.engine.base.Fuzzing;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** Any bytes as a configuration give a model of sane sizes or are refused in one sentence. */
class ConfigFuzzTest {
    @TempDir
    Path dir;

    @FuzzTest(maxDuration = "1m")
    void config(byte[] bytes) throws Exception {
        Files.write(dir.resolve("config.json"), bytes);
        Fuzzing.isRead(() -> {
            ModelConfig config = ModelDirectory.open(dir).config();
            assertThat(config.parameters()).isPositive();
            for (double frequency : config.rope().frequencies(config.headDim())) {
                assertThat(frequency).isFinite();
            }
        });
    }
}
