package dev.vivarium.engine.adapter;

import java.nio.file.Path;

/** An adapter directory and how strongly it is to act. */
public record ScaledAdapter(Path directory, AdapterScale scale) {
    /** As trained. */
    public ScaledAdapter(Path directory) {
        this(directory, AdapterScale.ONE);
    }
}
