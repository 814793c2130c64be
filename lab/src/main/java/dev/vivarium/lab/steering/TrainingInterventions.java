package dev.vivarium.lab.steering;

import dev.vivarium.engine.adapter.Intervention;
import dev.vivarium.engine.model.ModelDirectory;
import dev.vivarium.lab.direction.Direction;
import dev.vivarium.lab.hub.FoundModel;
import dev.vivarium.lab.run.Recipe;
import dev.vivarium.lab.steering.Method.Setting;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The directions of a recipe, which act while its rows are learnt. */
public final class TrainingInterventions {
    private TrainingInterventions() {}

    /**
     * What a recipe's directions come to in a base model; a {@link dev.vivarium.lab.run.InterventionReader}.
     *
     * @throws dev.vivarium.engine.base.InputException if a file is no direction or one for another model, or the model or a
     *     direction lacks a layer
     */
    public static List<Intervention> read(Recipe.Intervention recipe, FoundModel named, ModelDirectory base)
            throws IOException {
        Tested tested = Tested.read(recipe.directions().stream().map(Path::of).toList());
        Map<String, String> hashes = base.hashes();
        for (Direction direction : tested.directions()) {
            direction.requireModel(named.shortName(), hashes, base.config());
        }
        Where where = Where.one(
                "intervention.layers",
                recipe.layers(),
                tested.layers(),
                base.config().layers());
        Method method = switch (recipe.action()) {
            case ADD -> Method.ADD;
            case ADD_RELATIVE -> Method.ADD_RELATIVE;
            case ABLATE -> Method.ABLATE;
        };
        return method.interventions(
                tested.directions().stream().map(Direction::vectors).toList(),
                new Setting(where, recipe.scale()),
                tested.site(),
                recipe.positions(),
                Map.of());
    }
}
