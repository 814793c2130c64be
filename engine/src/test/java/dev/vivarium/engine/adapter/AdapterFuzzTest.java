package dev.vivarium.engine.adapter;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.vivarium.engine.base.Fuzzing;
import dev.vivarium.engine.model.ModelConfig;
import dev.vivarium.engine.model.ModelDirectory;
import dev.vivarium.engine.model.Parity;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** Any bytes as an adapter's configuration are read or refused in one sentence, for a model and without one. */
class AdapterFuzzTest {
    private static final Path WEIGHTS = Path.of("src/test/resources/adapter/qwen2", AdapterFiles.WEIGHTS);

    @TempDir
    Path dir;

    @FuzzTest(maxDuration = "1m")
    void peftConfig(byte[] bytes) throws Exception {
        ModelConfig model =
                ModelDirectory.open(Parity.of("qwen2").file("model")).config();
        Path weights = dir.resolve(AdapterFiles.WEIGHTS);
        if (!Files.exists(weights)) {
            Files.copy(WEIGHTS, weights);
        }
        Files.write(dir.resolve(AdapterFiles.CONFIG), bytes);
        Fuzzing.isRead(() -> AdapterFiles.check(dir, model));
        Fuzzing.isRead(() -> AdapterSummary.read(dir));
    }
}
