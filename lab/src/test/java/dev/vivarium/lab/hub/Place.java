package dev.vivarium.lab.hub;

import dev.vivarium.engine.base.CounterRandom;
import dev.vivarium.engine.base.Progress;
import dev.vivarium.lab.net.Waiting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A cache in a folder of a test, and pulls into it in which time passes at once. */
final class Place {
    static final String MODEL = "Org/Model-1";
    static final java.time.Instant NOW = java.time.Instant.parse("2026-11-25T12:00:00Z");

    /** The pauses that were made. */
    final List<Duration> pauses = new ArrayList<>();

    private final HubCache cache;
    private final Map<String, String> variables = new HashMap<>();
    private Runnable duringPause = () -> {};

    Place(Path folder, FakeHub hub) {
        cache = new HubCache(folder.resolve("hub"));
        variables.put("HF_HOME", folder.toString());
        variables.put("HF_ENDPOINT", hub.endpoint());
        variables.put("HF_HUB_DOWNLOAD_TIMEOUT", "1");
    }

    Place with(String variable, String value) {
        variables.put(variable, value);
        return this;
    }

    /** What happens elsewhere while this process waits. */
    void duringPause(Runnable what) {
        duringPause = what;
    }

    Pull pull() {
        Waiting waiting = new Waiting(
                time -> {
                    pauses.add(time);
                    duringPause.run();
                },
                InstantSource.fixed(NOW),
                CounterRandom.of(0, "jitter"));
        return new Pull(new HubEnvironment(variables), waiting, "test", Progress.SILENT);
    }

    PullResult run(String... include) throws IOException {
        return pull().run(ModelName.of(MODEL), List.of(include));
    }

    HubCache cache() {
        return cache;
    }

    Path repository() {
        return cache.repository(ModelName.of(MODEL));
    }

    Path blob(byte[] contents) {
        return repository().resolve("blobs").resolve(FakeHub.hash(contents));
    }

    Path snapshot() {
        return repository().resolve("snapshots").resolve(FakeHub.COMMIT);
    }

    /** Names below the blobs. */
    List<String> blobs() throws IOException {
        Path blobs = repository().resolve("blobs");
        if (!Files.isDirectory(blobs)) {
            return List.of();
        }
        try (Stream<Path> children = Files.list(blobs)) {
            return children.map(child -> child.getFileName().toString())
                    .sorted()
                    .toList();
        }
    }
}
