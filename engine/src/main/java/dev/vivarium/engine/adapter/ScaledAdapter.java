package dev.vivarium.engine.adapter;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * An adapter directory and how it is to act.
 *
 * @param noise what its matrices are perturbed by; null for nothing
 */
public record ScaledAdapter(
        Path directory, AdapterScale scale, @Nullable AdapterNoise noise) {
    /** Its matrices as they were trained. */
    public ScaledAdapter(Path directory, AdapterScale scale) {
        this(directory, scale, null);
    }

    /** As trained. */
    public ScaledAdapter(Path directory) {
        this(directory, AdapterScale.ONE);
    }
}
