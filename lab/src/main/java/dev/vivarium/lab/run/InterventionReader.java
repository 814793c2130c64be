package dev.vivarium.lab.run;

import dev.vivarium.engine.adapter.Intervention;
import dev.vivarium.engine.model.ModelDirectory;
import dev.vivarium.lab.hub.FoundModel;
import java.io.IOException;
import java.util.List;

/** Turns the directions that a recipe names into what acts on a base model; see {@code lab.steering}. */
@FunctionalInterface
public interface InterventionReader {
    /** For recipes that name no direction. */
    InterventionReader NONE = (recipe, named, base) -> {
        throw new IllegalStateException("a recipe here names no direction, not " + recipe.directions());
    };

    /**
     * @param named what the recipe calls the base
     * @param base its directory
     * @throws dev.vivarium.engine.base.InputException if a direction is for another model, or would touch nothing
     */
    List<Intervention> read(Recipe.Intervention recipe, FoundModel named, ModelDirectory base) throws IOException;
}
