package dev.vivarium.lab.evaluate;

import dev.vivarium.engine.adapter.AdapterScale;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One model to be asked: a base model as it is, with an adapter, with activations that are changed.
 *
 * @param name for people, for example {@code base} or the name of a run
 * @param directory where its evaluation is kept, usually {@code runs/<run>/evaluations/<name>}
 * @param adapter directory of the adapter, null for the base model alone
 * @param scale how strongly the adapter acts
 * @param intervened how its activations are changed
 * @param trainedOn SHA-256 by file name of the base model the adapter was trained on; where it is not empty, another base
 *     is refused
 */
public record Subject(
        String name,
        Path directory,
        @Nullable Path adapter,
        AdapterScale scale,
        Intervened intervened,
        Map<String, String> trainedOn) {
    public Subject {
        SortedMap<String, String> sorted = new TreeMap<>(trainedOn);
        trainedOn = Collections.unmodifiableSortedMap(sorted);
    }

    /** A subject whose activations are left as they are. */
    public Subject(
            String name, Path directory, @Nullable Path adapter, AdapterScale scale, Map<String, String> trainedOn) {
        this(name, directory, adapter, scale, Intervened.NONE, trainedOn);
    }

    /** A subject as it was trained. */
    public Subject(String name, Path directory, @Nullable Path adapter, Map<String, String> trainedOn) {
        this(name, directory, adapter, AdapterScale.ONE, trainedOn);
    }

    /** A subject whose adapter may be put on any base of the same shape. */
    public Subject(String name, Path directory, @Nullable Path adapter) {
        this(name, directory, adapter, Map.of());
    }
}
