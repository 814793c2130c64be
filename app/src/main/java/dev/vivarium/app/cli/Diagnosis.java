package dev.vivarium.app.cli;

import dev.vivarium.lab.hub.HubEnvironment;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Looks at the machine and the process: Java, flags, processor, threads, memory, caches, variables. */
final class Diagnosis {
    private static final int MINIMUM_JAVA = 25;
    private static final long GIB = 1L << 30;
    private static final long LITTLE_MEMORY = 3 * GIB;
    private static final List<String> INSTRUCTIONS =
            List.of("avx2", "fma", "avx512f", "avx512_bf16", "amx_bf16", "asimd", "bf16");
    private static final List<String> VARIABLES = List.of(
            "HF_HOME",
            "HF_HUB_CACHE",
            "HF_ENDPOINT",
            "HF_HUB_OFFLINE",
            "HF_TOKEN",
            "OPENAI_API_KEY",
            "OPENAI_BASE_URL");

    private final Map<String, String> environment;

    Diagnosis(Map<String, String> environment) {
        this.environment = environment;
    }

    List<Check> run() {
        List<Check> checks = new ArrayList<>();
        checks.add(Check.good("vivarium", Version.current().number()));
        checks.add(java());
        checks.add(nativeAccess());
        checks.add(flag("native memory limit", "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0"));
        checks.add(flag("native pointer collector", "-Dorg.bytedeco.javacpp.nopointergc=true"));
        checks.add(Check.good("system", property("os.name") + " " + property("os.arch")));
        checks.add(processor());
        checks.add(gpu());
        checks.add(threads());
        checks.add(memory());
        checks.add(
                Check.good("java heap, at most", gibibytes(Runtime.getRuntime().maxMemory())));
        checks.add(directory("native library cache", System.getProperty("org.bytedeco.javacpp.cachedir")));
        checks.add(directory(
                "hugging face cache", new HubEnvironment(environment).cache().toString()));
        for (String name : VARIABLES) {
            checks.add(Check.good(name, environment.getOrDefault(name, "").isEmpty() ? "not set" : "set"));
        }
        return checks;
    }

    private static Check java() {
        String found = Runtime.version() + " (" + property("java.vendor") + ")";
        return Runtime.version().feature() >= MINIMUM_JAVA
                ? Check.good("java", found)
                : Check.bad("java", found, "install a JDK " + MINIMUM_JAVA + " or later");
    }

    private static Check nativeAccess() {
        return Diagnosis.class.getModule().isNativeAccessEnabled()
                ? Check.good("native access", "granted")
                : Check.bad("native access", "not granted", "start Vivarium through ./vivarium");
    }

    private static Check flag(String name, String flag) {
        return ManagementFactory.getRuntimeMXBean().getInputArguments().contains(flag)
                ? Check.good(name, flag)
                : Check.bad(name, "not set", "start Vivarium through ./vivarium, which passes " + flag);
    }

    private static Check processor() {
        String model = "unknown model";
        TreeSet<String> found = new TreeSet<>();
        Path description = Path.of("/proc/cpuinfo");
        if (Files.isReadable(description)) {
            try {
                for (String line : Files.readAllLines(description)) {
                    int colon = line.indexOf(':');
                    if (line.startsWith("model name")) {
                        model = line.substring(colon + 1).strip();
                    } else if (line.startsWith("flags") || line.startsWith("Features")) {
                        found.addAll(List.of(line.substring(colon + 1).strip().split(" ")));
                    }
                }
            } catch (IOException e) {
                model = "not readable (" + e.getMessage() + ")";
            }
        }
        String bfloat16 = bfloat16(found, property("os.arch"));
        found.retainAll(INSTRUCTIONS);
        return Check.good("processor", (found.isEmpty() ? model : model + ", " + String.join(" ", found)) + bfloat16);
    }

    /** What there is to know before --dtype bfloat16; the rule is that of libtorch's kernels, which doctor does not load. */
    static String bfloat16(Set<String> instructions, String architecture) {
        boolean without = architecture.equals("amd64")
                && !instructions.isEmpty()
                && !instructions.containsAll(List.of("avx512bw", "avx512dq", "avx512vl"));
        return without ? "; bfloat16 is multiplied in float32, so it saves memory but no time" : "";
    }

    /** What can be told without loading libtorch: how it was built, and whether there is a driver. */
    private static Check gpu() {
        boolean built = Diagnosis.class.getResource("/org/bytedeco/pytorch/linux-x86_64-gpu/libtorch_cuda.so") != null;
        boolean driver = Files.exists(Path.of("/proc/driver/nvidia/version"));
        if (built && !driver) {
            return Check.bad("gpu", "a build with CUDA, but no NVIDIA driver", "install it, or build without -Pcuda");
        }
        String build =
                built ? "; --device cuda can be used" : "; --device cuda needs a build with -Pcuda (docs/gpu.md)";
        return Check.good("gpu", driver ? "an NVIDIA driver" + build : "none (no NVIDIA driver)");
    }

    private Check threads() {
        String wanted = environment.getOrDefault("OMP_NUM_THREADS", "");
        String policy = environment.getOrDefault("OMP_WAIT_POLICY", "");
        String found = Runtime.getRuntime().availableProcessors() + " processors, OMP_NUM_THREADS="
                + (wanted.isEmpty() ? "(not set)" : wanted) + ", OMP_WAIT_POLICY="
                + (policy.isEmpty() ? "(not set)" : policy);
        return wanted.isEmpty() || !policy.equalsIgnoreCase("passive")
                ? Check.bad("threads", found, "set both, or spinning thread pools slow each other down")
                : Check.good("threads", found);
    }

    private static Check memory() {
        long total =
                ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean system
                        ? system.getTotalMemorySize()
                        : 0;
        if (total == 0) {
            return Check.good("memory", "unknown");
        }
        return total < LITTLE_MEMORY
                ? Check.bad("memory", gibibytes(total), "the demo needs about 2 GiB; close other programs")
                : Check.good("memory", gibibytes(total));
    }

    private static Check directory(String name, @org.jspecify.annotations.Nullable String place) {
        if (place == null) {
            return Check.bad(name, "not set", "start Vivarium through ./vivarium");
        }
        Path path = Path.of(place);
        Path existing = path;
        while (existing != null && !Files.exists(existing)) {
            existing = existing.getParent();
        }
        boolean writable = existing != null && Files.isDirectory(existing) && Files.isWritable(existing);
        String state = Files.isDirectory(path) ? "" : " (not there yet)";
        return writable ? Check.good(name, path + state) : Check.bad(name, path + state, "make it writable");
    }

    private static String property(String name) {
        return System.getProperty(name, "unknown");
    }

    private static String gibibytes(long bytes) {
        return String.format(Locale.ROOT, "%.1f GiB", (double) bytes / GIB);
    }
}
