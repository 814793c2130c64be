package dev.vivarium.lab.direction;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.model.Compute;
import dev.vivarium.engine.model.ModelConfig;
import dev.vivarium.engine.model.Site;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * What all ways of making a direction from texts have in common.
 *
 * @param name of the direction
 * @param site whose activations are read
 * @param layers empty for all
 * @param vivarium version of this program
 */
public record ExtractSettings(
        String name,
        Site site,
        SortedSet<Integer> layers,
        TokenChoice tokens,
        Weighting weighting,
        Compute compute,
        long seed,
        String vivarium) {
    public ExtractSettings {
        layers = Collections.unmodifiableSortedSet(new TreeSet<>(layers));
    }

    SortedSet<Integer> layers(ModelConfig config) {
        if (layers.isEmpty()) {
            return new TreeSet<>(IntStream.range(0, config.layers()).boxed().toList());
        }
        if (layers.first() < 0 || layers.last() >= config.layers()) {
            throw new InputException("there is no layer " + (layers.first() < 0 ? layers.first() : layers.last())
                    + "; the model has layers 0 to " + (config.layers() - 1));
        }
        return layers;
    }

    /** As an {@link Origin} has them. */
    Map<String, String> facts() {
        Map<String, String> facts = new TreeMap<>();
        facts.put("tokens", tokens.toString());
        facts.put("weighting", weighting.name().toLowerCase(Locale.ROOT));
        facts.putAll(compute.facts());
        return facts;
    }
}
