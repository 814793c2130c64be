package dev.vivarium.engine.tensor;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.CodeSource;
import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.global.torch;

/**
 * The directory into which JavaCPP unpacks libtorch when a machine first needs it.
 *
 * <p>JavaCPP lets one process map a library that another is still writing, which ends in a bus error. So the first processes
 * of a machine, a batch of jobs for example, do it one after the other; once it is done a marker says so and nobody waits.
 */
public final class NativeCache {
    private static final String PROPERTY = "org.bytedeco.javacpp.cachedir";
    private static final List<String> KINDS = List.of("javacpp-", "openblas-", "pytorch-");

    private NativeCache() {}

    /** Unpacks libtorch unless that was done; where the directory cannot be written JavaCPP looks for another. */
    public static void fill() {
        String place = System.getProperty(PROPERTY);
        List<String> libraries = libraries();
        if (place == null || libraries.isEmpty()) {
            return;
        }
        try {
            fill(Path.of(place), libraries, () -> Loader.load(torch.class));
        } catch (IOException | LinkageError e) {
            // as if nobody had asked: what is wrong is for the command that needs libtorch to say
        }
    }

    /**
     * Does something once for a set of libraries, one process at a time.
     *
     * @return whether it was done now
     */
    static boolean fill(Path cache, List<String> libraries, Runnable unpack) throws IOException {
        Path marker = cache.resolve("unpacked-" + Integer.toHexString(libraries.hashCode()));
        if (Files.exists(marker)) {
            return false;
        }
        Files.createDirectories(cache);
        Path door = cache.resolve("unpacking.lock");
        try (FileChannel channel = FileChannel.open(door, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = channel.lock()) {
            if (Files.exists(marker)) {
                return false;
            }
            unpack.run();
            Files.write(marker, libraries);
            return true;
        }
    }

    /** Names of the jars with natives, which lie beside that of this class. */
    private static List<String> libraries() {
        CodeSource source = NativeCache.class.getProtectionDomain().getCodeSource();
        if (source == null) {
            return List.of();
        }
        try (Stream<Path> files =
                Files.list(Path.of(source.getLocation().toURI()).resolveSibling("."))) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".jar") && KINDS.stream().anyMatch(name::startsWith))
                    .sorted()
                    .toList();
        } catch (IOException | URISyntaxException e) {
            return List.of();
        }
    }
}
