package dev.vivarium.engine.base;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Memory that this process may fill.
 *
 * @param bytes how much
 * @param source who says so, for messages, for example {@code free on this machine}
 */
public record AvailableMemory(long bytes, String source) {
    /** Where the system keeps what {@link #ofSystem} reads. */
    private static final Path ROOT = Path.of("/");

    private static final Pattern SIZE = Pattern.compile("(\\d{1,12})([kmgt]?)i?b?");
    private static final Pattern FREE = Pattern.compile("(?m)^MemAvailable:\\s+(\\d+) kB");
    private static final Pattern CACHED = Pattern.compile("(?m)^(?:total_)?inactive_file (\\d+)");

    public AvailableMemory {
        if (bytes < 1) {
            throw new IllegalArgumentException("memory of " + bytes + " bytes");
        }
    }

    /** What the system says now: free memory, or what the container leaves if that is less; unlimited where it says nothing. */
    public static AvailableMemory ofSystem() {
        return of(ROOT);
    }

    /** The same with the system's files below another root. */
    static AvailableMemory of(Path root) {
        long free = number(FREE, read(root.resolve("proc/meminfo"))).orElse(Long.MAX_VALUE >> 10) << 10;
        long left = Long.MAX_VALUE;
        for (List<String> names : List.of(
                List.of("sys/fs/cgroup/memory.max", "sys/fs/cgroup/memory.current", "sys/fs/cgroup/memory.stat"),
                List.of(
                        "sys/fs/cgroup/memory/memory.limit_in_bytes",
                        "sys/fs/cgroup/memory/memory.usage_in_bytes",
                        "sys/fs/cgroup/memory/memory.stat"))) {
            Optional<Long> limit = whole(read(root.resolve(names.get(0))));
            Optional<Long> used = whole(read(root.resolve(names.get(1))));
            if (limit.isPresent() && used.isPresent()) {
                // pages of files are given back when memory is short
                long cached = number(CACHED, read(root.resolve(names.get(2)))).orElse(0L);
                left = Math.max(1, limit.get() - Math.max(0, used.get() - cached));
            }
        }
        return left < free
                ? new AvailableMemory(left, "left in this container")
                : new AvailableMemory(free, "free on this machine");
    }

    /**
     * What a user wrote, such as {@code 6g} or {@code 1500m}.
     *
     * @param source where it was written
     */
    public static AvailableMemory parse(String text, String source) {
        Matcher matcher = SIZE.matcher(text.strip().toLowerCase(Locale.ROOT));
        long bytes = matcher.matches()
                ? Long.parseLong(matcher.group(1))
                        << 10
                                * (1
                                        + "kmgt"
                                                .indexOf(
                                                        matcher.group(2).isEmpty()
                                                                ? ' '
                                                                : matcher.group(2)
                                                                        .charAt(0)))
                : 0;
        if (bytes < 1) {
            throw new InputException(source + " is \"" + text + "\"; write a size such as 6g or 1500m");
        }
        return new AvailableMemory(bytes, "allowed by " + source);
    }

    /**
     * Refuses work that does not fit.
     *
     * @param needed bytes
     * @param what needs them, to begin the sentence
     * @param advice what to do, to end it
     */
    public void require(long needed, String what, String advice) {
        if (needed > bytes) {
            throw new InputException(String.format(
                    Locale.ROOT,
                    "%s needs about %,d MiB of memory, but %,d MiB are %s; %s",
                    what,
                    needed >> 20,
                    bytes >> 20,
                    source,
                    advice));
        }
    }

    private static String read(Path file) {
        try {
            return Files.isReadable(file) ? Files.readString(file) : "";
        } catch (IOException e) {
            return ""; // another kernel; what is not said does not limit
        }
    }

    private static Optional<Long> number(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        return matcher.find() ? whole(matcher.group(1)) : Optional.empty();
    }

    private static Optional<Long> whole(String text) {
        try {
            return Optional.of(Long.parseLong(text.strip()));
        } catch (NumberFormatException e) {
            return Optional.empty(); // "max": no limit
        }
    }
}
