package dev.vivarium.lab.run;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.sun.management.OperatingSystemMXBean;
import dev.vivarium.engine.tensor.Torch;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What about a machine can change a result or a speed; nothing that names it or its user.
 *
 * @param cpu model as the system states it
 * @param cores processors this process may use
 * @param memory bytes
 * @param os name and architecture
 * @param jdk version and vendor
 * @param libtorch version of the bindings
 * @param threads libtorch's own
 */
public record HostFacts(
        String cpu,
        int cores,
        @JsonProperty("memory_bytes") long memory,
        String os,
        String jdk,
        String libtorch,
        int threads) {

    /** The facts of this machine and process. */
    static HostFacts current() throws IOException {
        long memory = ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
                ? system.getTotalMemorySize()
                : 0;
        return new HostFacts(
                processor(),
                Runtime.getRuntime().availableProcessors(),
                memory,
                System.getProperty("os.name") + " " + System.getProperty("os.arch"),
                Runtime.version() + " (" + System.getProperty("java.vendor") + ")",
                Torch.version(),
                Torch.threads());
    }

    private static String processor() throws IOException {
        Path description = Path.of("/proc/cpuinfo");
        if (Files.isReadable(description)) {
            List<String> lines = Files.readAllLines(description);
            for (String line : lines) {
                int colon = line.indexOf(':');
                if (line.startsWith("model name") && colon > 0) {
                    return line.substring(colon + 1).strip();
                }
            }
        }
        return System.getProperty("os.arch", "unknown");
    }
}
