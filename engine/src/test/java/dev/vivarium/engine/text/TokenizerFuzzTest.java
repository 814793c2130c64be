package dev.vivarium.engine.text;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.vivarium.engine.base.Fuzzing;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** Any bytes as a tokenizer are read, and then encode and decode a text, or are refused in one sentence. */
class TokenizerFuzzTest {
    @TempDir
    Path dir;

    @FuzzTest(maxDuration = "1m")
    void tokenizer(byte[] bytes) throws Exception {
        Files.write(dir.resolve(Tokenizer.FILE), bytes);
        Fuzzing.isRead(() -> {
            try (Tokenizer tokenizer = Tokenizer.load(dir)) {
                tokenizer.decode(tokenizer.encode("ab <s> \uD83D\uDE42"), true);
            }
        });
    }
}
