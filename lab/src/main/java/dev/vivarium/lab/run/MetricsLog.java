package dev.vivarium.lab.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.vivarium.engine.base.AtomicFiles;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Json;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * The steps of a run, one JSON object a line, appended as they happen.
 *
 * <p>A kill may tear the last line; it is passed over when reading. Opening for writing cuts the file back to the step
 * the run continues from, so no step is there twice.
 */
final class MetricsLog implements Closeable {
    private final Path file;
    private final FileChannel channel;

    private MetricsLog(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /** The whole lines of a log; an absent file has none. */
    static List<StepMetrics> read(Path file) throws IOException {
        return Files.exists(file) ? scan(file, Integer.MAX_VALUE).steps() : List.of();
    }

    /**
     * Opens a log to go on after {@code step}.
     *
     * @throws InputException if the log does not hold exactly the steps 1 … {@code step} before the cut
     */
    static MetricsLog openAfter(Path file, int step) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            Scan kept = scan(file, step);
            if (kept.steps().size() != step) {
                throw new InputException(file + ": holds " + kept.steps().size() + " of the " + step
                        + " steps before the checkpoint; restore the file or start over with --force");
            }
            channel.truncate(kept.bytes());
            channel.position(kept.bytes());
            return new MetricsLog(file, channel);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    void add(StepMetrics metrics) throws IOException {
        ByteBuffer line = ByteBuffer.wrap((Json.line(metrics) + "\n").getBytes(StandardCharsets.UTF_8));
        long start = channel.position();
        try {
            while (line.hasRemaining()) {
                channel.write(line);
            }
        } catch (IOException e) {
            channel.truncate(start); // a full disk may have taken half a line
            throw AtomicFiles.named(file, e);
        }
    }

    /** Brings all lines to disk; to be called before a checkpoint that relies on them. */
    void force() throws IOException {
        channel.force(false);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private record Scan(List<StepMetrics> steps, long bytes) {}

    /** The lines of steps 1, 2, … up to {@code last} and where they end. */
    private static Scan scan(Path file, int last) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        List<StepMetrics> steps = new ArrayList<>();
        int start = 0;
        for (int end = start; end < bytes.length && steps.size() < last; end++) {
            if (bytes[end] != '\n') {
                continue;
            }
            StepMetrics metrics;
            try {
                metrics = Json.mapper().readValue(bytes, start, end - start, StepMetrics.class);
            } catch (JsonProcessingException e) {
                if (end == bytes.length - 1) {
                    break; // the page of the last line was lost in a power cut
                }
                throw edited(file, steps.size() + 1);
            }
            if (metrics.step() != steps.size() + 1) {
                throw edited(file, steps.size() + 1);
            }
            steps.add(metrics);
            start = end + 1;
        }
        return new Scan(List.copyOf(steps), start);
    }

    private static InputException edited(Path file, int line) {
        return new InputException(file + " line " + line
                + ": not the step this program wrote there; restore the file or start over with --force");
    }
}
