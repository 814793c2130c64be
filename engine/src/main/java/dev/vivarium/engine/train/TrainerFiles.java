package dev.vivarium.engine.train;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.weights.SafetensorsWriter;
import dev.vivarium.engine.weights.WeightFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/** A trainer's state as one safetensors file: trained values, both Adam moments, and the step in the metadata. */
public final class TrainerFiles {
    /** Name of the file inside a checkpoint. */
    public static final String FILE = "trainer.safetensors";

    private static final String STEP = "step";

    private TrainerFiles() {}

    /** Writes the state into an existing directory. */
    public static void write(Path directory, Trainer trainer) throws IOException {
        SafetensorsWriter.write(
                directory.resolve(FILE), trainer.state(), Map.of(STEP, Integer.toString(trainer.stepsDone())));
    }

    /**
     * Continues from a state that {@link #write} left.
     *
     * @throws InputException if it is of another step, recipe or model
     */
    public static void restore(Path directory, Trainer trainer, int step) {
        Path file = directory.resolve(FILE);
        try (PointerScope scope = new PointerScope();
                WeightFiles files = WeightFiles.open(file)) {
            if (!Integer.toString(step).equals(files.metadata().get(STEP))) {
                throw new InputException(file + ": is not the state after step " + step
                        + "; restore the checkpoint or start over with --force");
            }
            Map<String, Tensor> saved = new LinkedHashMap<>();
            for (String name : files.names()) {
                saved.put(name, files.get(name));
            }
            trainer.restore(step, saved);
        }
    }
}
