package dev.vivarium.engine.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Libraries are unpacked once, by one process at a time. */
class NativeCacheTest {
    @TempDir
    Path folder;

    @Test
    void unpacksOnceForEachSetOfLibraries() throws IOException {
        AtomicInteger times = new AtomicInteger();
        Path cache = folder.resolve("not/there/yet");
        assertThat(NativeCache.fill(cache, List.of("pytorch-1.jar"), times::incrementAndGet))
                .isTrue();
        assertThat(NativeCache.fill(cache, List.of("pytorch-1.jar"), times::incrementAndGet))
                .isFalse();
        assertThat(NativeCache.fill(cache, List.of("pytorch-2.jar"), times::incrementAndGet))
                .isTrue();
        assertThat(times).hasValue(2);
    }

    @Test
    void whatFailedIsDoneAgain() throws IOException {
        AtomicInteger times = new AtomicInteger();
        assertThatThrownBy(() -> NativeCache.fill(folder, List.of("a"), () -> {
                    throw new UnsatisfiedLinkError("torn");
                }))
                .hasMessage("torn");
        assertThat(NativeCache.fill(folder, List.of("a"), times::incrementAndGet))
                .isTrue();
    }

    @Test
    void processesWaitForTheFirst() throws IOException, InterruptedException {
        List<Process> processes = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            processes.add(new ProcessBuilder(
                            ProcessHandle.current().info().command().orElseThrow(),
                            "-cp",
                            System.getProperty("java.class.path"),
                            Unpacking.class.getName(),
                            folder.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("log" + i).toFile())
                    .start());
        }
        for (Process process : processes) {
            assertThat(process.waitFor()).isZero();
        }
        assertThat(Files.readAllLines(folder.resolve("said"))).containsExactly("begin", "end");
    }

    /** What each of the processes runs: something that takes a while. */
    static final class Unpacking {
        private Unpacking() {}

        public static void main(String[] arguments) throws IOException {
            Path folder = Path.of(arguments[0]);
            NativeCache.fill(folder.resolve("cache"), List.of("a"), () -> {
                say(folder, "begin\n");
                for (int i = 0; i < 2000; i++) {
                    say(folder, "");
                }
                say(folder, "end\n");
            });
        }

        private static void say(Path folder, String word) {
            try {
                Files.writeString(folder.resolve("said"), word, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
