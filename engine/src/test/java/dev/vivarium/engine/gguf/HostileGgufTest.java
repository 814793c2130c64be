package dev.vivarium.engine.gguf;

import static dev.vivarium.engine.gguf.GgufBuilder.int32;
import static dev.vivarium.engine.gguf.GgufBuilder.int64;
import static dev.vivarium.engine.gguf.GgufBuilder.join;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.sun.management.ThreadMXBean;
import dev.vivarium.engine.base.CounterRandom;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Progress;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Files that lie: each is refused in one sentence, nothing is written and nothing is allocated for what is only claimed. */
class HostileGgufTest {
    /** What messages, a mapping and an index of a whole small file take, whatever the size of the file. */
    private static final long CONSTANT_BYTES = 1_000_000;

    @TempDir
    Path dir;

    static Stream<HostileGgufs.Hostile> hostileFiles() {
        return HostileGgufs.all().stream();
    }

    @ParameterizedTest
    @MethodSource("hostileFiles")
    void hostileFileIsRefusedInOneSentenceAndLeavesNothing(HostileGgufs.Hostile hostile) throws IOException {
        Path file = Files.write(dir.resolve("model.gguf"), hostile.bytes());
        Path out = dir.resolve("out");

        assertThatThrownBy(() -> GgufImport.run(file, out, FloatFormat.FLOAT32, Progress.SILENT))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith(file + ": ")
                .hasMessageContaining(hostile.sentence())
                .message()
                .doesNotContain("\n", "\u001b")
                .hasSizeLessThan(file.toString().length() + 450);
        assertThat(dir).isDirectoryNotContaining(path -> !path.equals(file));
    }

    @ParameterizedTest
    @MethodSource("hostileFiles")
    void nothingIsAllocatedForWhatAFileOnlyClaims(HostileGgufs.Hostile hostile) throws IOException {
        Path file = Files.write(dir.resolve("model.gguf"), hostile.bytes());
        Throwable warm =
                catchThrowable(() -> GgufImport.run(file, dir.resolve("out"), FloatFormat.FLOAT32, Progress.SILENT));
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();

        Throwable refusal =
                catchThrowable(() -> GgufImport.run(file, dir.resolve("out"), FloatFormat.FLOAT32, Progress.SILENT));

        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        assertThat(warm).isInstanceOf(InputException.class);
        assertThat(refusal).isInstanceOf(InputException.class);
        assertThat(allocated).isLessThan(2L * hostile.bytes().length + CONSTANT_BYTES);
    }

    @Test
    void aLargeFileOfManySmallThingsIsRefusedWithoutReadingThem() throws IOException {
        // eight million empty texts: 64 MB of file that would be far more as objects
        byte[] list = join(int32(8), int64(8_000_000), new byte[64_000_000]);
        Path file = Files.write(
                dir.resolve("model.gguf"), SmallModels.llama().raw("a", 9, list).build());
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();

        try (GgufFile gguf = GgufFile.open(file)) {
            assertThat(gguf.metadata().has("a")).isTrue();
        }

        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(CONSTANT_BYTES);
    }

    @Test
    void aFileWithAnyByteChangedIsReadOrRefusedInASentence() throws IOException {
        byte[] good = SmallModels.llama().build();
        CounterRandom random = CounterRandom.of(4, "mutations");
        Path file = dir.resolve("model.gguf");
        int refused = 0;
        int tried = 0;
        for (int at = 0; at < good.length; at += at < 1_200 ? 1 : 29) { // texts and weights differ in nothing
            tried++;
            byte[] changed = good.clone();
            changed[at] = (byte) random.below(256, at);
            Files.write(file, changed);
            Throwable thrown = catchThrowable(() -> GgufImport.check(file));
            if (thrown != null) {
                assertThat(thrown).as("byte %s", at).isInstanceOf(InputException.class);
                refused++;
            }
        }
        assertThat(refused).isBetween(tried / 10, tried);
    }
}
