package dev.vivarium.engine.tensor;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.global.torch;

/** The libtorch runtime this process runs on: version, build, threads. */
public final class Torch {
    /** Resident memory of the JVM, libtorch and their buffers before any model, as it was measured; for estimates. */
    public static final long PROCESS_BYTES = 320L << 20;

    private static final String CAPABILITY = "CPU capability usage: ";
    private static final boolean BFLOAT16 = multipliesBfloat16(build(), System.getProperty("os.arch", ""));

    private Torch() {}

    /** The version of libtorch, for example {@code 2.10.0}. */
    public static String version() {
        try {
            String packaged = Loader.getVersion("org.bytedeco", "pytorch");
            return packaged == null ? "unknown" : packaged;
        } catch (IOException e) {
            throw new UncheckedIOException("the libtorch jar has no readable properties", e);
        }
    }

    /** Compiler, BLAS and CPU capability as libtorch states them, several lines. */
    public static String build() {
        try (BytePointer text = torch.show_config()) {
            return text.getString();
        }
    }

    /**
     * Whether libtorch multiplies matrices of bfloat16 with the processor's vector instructions. On x86-64 its kernels ask for
     * AVX-512; without it a product takes more than ten times as long as in float32.
     */
    public static boolean multipliesBfloat16() {
        return BFLOAT16;
    }

    static boolean multipliesBfloat16(String build, String architecture) {
        int at = build.indexOf(CAPABILITY);
        return !x86(architecture)
                || at < 0
                || !build.substring(at + CAPABILITY.length()).matches("(?s)(AVX2|NO AVX|DEFAULT)\\b.*");
    }

    static boolean x86(String architecture) {
        return architecture.equals("amd64") || architecture.equals("x86_64");
    }

    /** Threads that libtorch's own loops use; OpenBLAS follows OMP_NUM_THREADS, set before the process starts. */
    public static int threads() {
        return torch.get_num_threads();
    }
}
