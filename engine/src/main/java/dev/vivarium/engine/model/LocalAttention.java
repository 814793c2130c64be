package dev.vivarium.engine.model;

import java.util.Set;

/**
 * Layers that see only the last positions and may turn queries and keys by other frequencies than the rest.
 *
 * @param window positions a token sees, its own included
 * @param rope the rotary embedding of these layers
 * @param layers their numbers; none in most models
 */
public record LocalAttention(int window, RopeSettings rope, Set<Integer> layers) {
    /** All layers see everything before a token. */
    public static final LocalAttention NONE =
            new LocalAttention(1, new RopeSettings(10_000, RopeSettings.Scaling.NONE), Set.of());

    public LocalAttention {
        layers = Set.copyOf(layers);
        if (window < 1) {
            throw new IllegalArgumentException("sliding_window must be at least 1: " + window);
        }
    }

    public boolean at(int layer) {
        return layers.contains(layer);
    }
}
