package dev.vivarium.engine.gguf;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.vivarium.engine.base.Fuzzing;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** Any bytes as a GGUF file can be imported or are refused in one sentence. */
class GgufFuzzTest {
    @TempDir
    Path dir;

    @FuzzTest(maxDuration = "1m")
    void gguf(byte[] bytes) throws Exception {
        Path file = Files.write(dir.resolve("model.gguf"), bytes);
        Fuzzing.isRead(() -> GgufImport.check(file));
    }
}
