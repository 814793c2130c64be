package dev.vivarium.engine.gguf;

import java.nio.file.Path;

/** Where tests find the real model; {@code dev/fetch-smollm2.sh} puts it there. */
final class SmolLm2 {
    private static final String NAME = "SmolLM2-135M-Instruct.Q4_1.gguf";

    private SmolLm2() {}

    /** The file that {@code -Dvivarium.smollm2} names, else the one in the cache directory, whether it exists or not. */
    static Path file() {
        String named = System.getProperty("vivarium.smollm2", "");
        if (!named.isEmpty()) {
            return Path.of(named);
        }
        String cache = System.getenv().getOrDefault("XDG_CACHE_HOME", "");
        Path root = cache.isEmpty() ? Path.of(System.getProperty("user.home"), ".cache") : Path.of(cache);
        return root.resolve("vivarium").resolve(NAME);
    }

    static String missing(Path file) {
        return file + " is not here; run dev/fetch-smollm2.sh, or set -Dvivarium.smollm2=FILE";
    }
}
