package dev.vivarium.lab.direction;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.vivarium.engine.base.InputException;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a direction was made of: enough to make it again.
 *
 * @param model the base model in whose activations it lies
 * @param way how it was made, such as {@code mean-difference}
 * @param settings the choices of that way by name, such as {@code tokens=answer}
 * @param positive n+: texts of the side it points to; 0 where there were none, as for an adapter's own vector
 * @param negative n−: texts of the side it points away from
 * @param sources files and directories that were read
 * @param seed root of the randomness, of halves and bootstrap draws among others
 * @param vivarium version of the program
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record Origin(
        Model model,
        String way,
        Map<String, String> settings,
        int positive,
        int negative,
        List<Source> sources,
        long seed,
        String vivarium) {
    /** The setting that says {@code model_type} of the model's configuration. */
    public static final String MODEL_TYPE = "model_type";

    public Origin {
        settings = Collections.unmodifiableMap(new TreeMap<>(settings));
        sources = List.copyOf(sources);
        if (positive < 0 || negative < 0) {
            throw new IllegalArgumentException("counts of texts cannot be negative");
        }
    }

    /**
     * A base model.
     *
     * @param name as it was named, {@code ORG/NAME} or the directory's own name
     * @param files SHA-256 of its weight files by name; empty if it is not known, and then it is not compared
     */
    public record Model(String name, SortedMap<String, String> files) {
        private static final String WEIGHTS = ".safetensors";

        public Model {
            files = Collections.unmodifiableSortedMap(new TreeMap<>(files));
        }

        /** Of all the files of a model directory, those of weights are kept. */
        public static Model of(String name, Map<String, String> files) {
            return new Model(name, weights(files));
        }

        private static SortedMap<String, String> weights(Map<String, String> files) {
            SortedMap<String, String> weights = new TreeMap<>(files);
            weights.keySet().removeIf(file -> !file.endsWith(WEIGHTS));
            return weights;
        }

        void require(String direction, String model, Map<String, String> others) {
            if (files.isEmpty()) {
                return;
            }
            SortedMap<String, String> found = weights(others);
            for (Map.Entry<String, String> file : files.entrySet()) {
                if (!file.getValue().equals(found.get(file.getKey()))) {
                    throw new InputException("direction " + direction + " was made for " + name + ", not for " + model
                            + " (" + file.getKey() + (found.containsKey(file.getKey()) ? " differs" : " is missing")
                            + "); give that model, or extract the direction anew");
                }
            }
        }
    }

    /**
     * Something that was read.
     *
     * @param role what it served as, such as {@code adapter} or {@code answers}
     * @param name the last part of its path
     * @param files SHA-256 by file name
     */
    public record Source(String role, String name, SortedMap<String, String> files) {
        public Source {
            files = Collections.unmodifiableSortedMap(new TreeMap<>(files));
        }
    }
}
