package dev.vivarium.lab.run;

import dev.vivarium.engine.base.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Whether a model is the one that something was trained on, file by file. */
public final class TrainedOn {
    private TrainedOn() {}

    /** SHA-256 of one of the model's files by its name, from wherever the caller has it; null if it has none. */
    @FunctionalInterface
    public interface HashOf {
        @Nullable
        String name(String file) throws IOException;
    }

    /**
     * Compares a model with the hashes that a run wrote down; without any there is nothing to compare.
     *
     * @param expected SHA-256 by file name
     * @param who was trained on it, for the message
     * @param advice what to do where it is another model
     * @throws InputException naming the first file that is missing or differs
     */
    public static void require(Path model, Map<String, String> expected, HashOf hashOf, String who, String advice)
            throws IOException {
        for (Map.Entry<String, String> file : expected.entrySet()) {
            String name = file.getKey();
            boolean there = Files.isRegularFile(model.resolve(name));
            if (!there || !file.getValue().equals(hashOf.name(name))) {
                throw new InputException(model + ": is not the model that " + who + " was trained on (" + name
                        + (there ? " differs" : " is missing") + "); " + advice);
            }
        }
    }
}
