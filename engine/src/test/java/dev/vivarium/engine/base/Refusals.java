package dev.vivarium.engine.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** What a hostile file must end in: one sentence about it, and nothing made for what it only claims. */
public final class Refusals {
    /** What messages, a mapping and an index of a whole small file take, whatever the size of the file. */
    private static final long CONSTANT_BYTES = 1_500_000;

    private static final int LONGEST_SENTENCE = 500;

    private Refusals() {}

    /**
     * One file that is broken in one way.
     *
     * @param content of the file
     * @param sentence a part of the refusal
     */
    public record Hostile(String name, String content, String sentence) {
        @Override
        public String toString() {
            return name;
        }
    }

    /** Reads {@code directory} twice, once to warm up, and looks at how the second time ends. */
    public static void assertRefused(Path directory, ThrowingCallable read, String sentence) throws IOException {
        long bytes;
        try (Stream<Path> files = Files.list(directory)) {
            bytes = files.mapToLong(file -> file.toFile().length()).sum();
        }
        Throwable warm = catchThrowable(read);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();

        Throwable refusal = catchThrowable(read);

        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        assertThat(warm).isInstanceOf(InputException.class);
        assertThat(refusal)
                .isInstanceOf(InputException.class)
                .hasMessageContaining(sentence)
                .message()
                .startsWith(directory.toString())
                .doesNotContain("\n", "\r", "\u001b", "null;")
                .hasSizeLessThan(directory.toString().length() + LONGEST_SENTENCE);
        assertThat(allocated).isLessThan(2 * bytes + CONSTANT_BYTES);
    }
}
