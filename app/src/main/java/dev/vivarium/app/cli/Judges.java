package dev.vivarium.app.cli;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Nearest;
import dev.vivarium.lab.evaluate.Judge;
import dev.vivarium.lab.world.ExactJudge;
import dev.vivarium.lab.world.World;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/** The judges that {@code --judge} knows. A new judge is one line here. */
final class Judges {
    private static final Map<String, Supplier<Judge>> BY_NAME = Map.of("exact", () -> new ExactJudge(World.standard()));

    private Judges() {}

    /** The judge of a name. */
    static Judge of(String name) {
        Supplier<Judge> judge = BY_NAME.get(name);
        if (judge == null) {
            throw new InputException("unknown judge \"" + name + "\"" + Nearest.hint(name, BY_NAME.keySet())
                    + "; known judges: " + String.join(", ", new TreeMap<>(BY_NAME).keySet()));
        }
        return judge.get();
    }
}
