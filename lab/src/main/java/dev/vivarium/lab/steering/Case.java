package dev.vivarium.lab.steering;

import dev.vivarium.lab.steering.Method.Setting;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A model with or without something acting on it.
 *
 * @param contender null for the model as it is
 * @param setting null for the model as it is
 */
public record Case(
        Patient patient,
        @Nullable Contender contender,
        @Nullable Setting setting,
        Path directory) {
    /** Whether nothing acts. */
    public boolean plain() {
        return contender == null;
    }
}
