package dev.vivarium.engine.weights;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.vivarium.engine.base.Fuzzing;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** Any bytes as a weight file or an index are read whole or refused in one sentence. */
class WeightsFuzzTest {
    private static final String SHARD = "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}";
    private static final int SHARD_BYTES = 8;

    @TempDir
    Path dir;

    @FuzzTest(maxDuration = "1m")
    void safetensors(byte[] bytes) throws Exception {
        Files.write(dir.resolve(WeightFiles.SINGLE_FILE), bytes);
        Fuzzing.isRead(() -> {
            try (WeightFiles files = WeightFiles.open(dir)) {
                assertThat(files.byteCount()).isLessThanOrEqualTo(bytes.length);
            }
        });
    }

    @FuzzTest(maxDuration = "1m")
    void index(byte[] bytes) throws Exception {
        Files.write(dir.resolve("a.safetensors"), HostileFiles.file(SHARD, SHARD_BYTES));
        Files.write(dir.resolve(WeightFiles.INDEX_FILE), bytes);
        Fuzzing.isRead(() -> {
            try (WeightFiles files = WeightFiles.open(dir)) {
                assertThat(files.files()).containsExactly(dir.resolve("a.safetensors"));
            }
        });
    }
}
