package dev.vivarium.lab.validate;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.util.List;

/**
 * Cosine, layer by layer, of two directions: organism minus base on the same good answers, and the base's reading of the same
 * answers under a villain's header minus that under a helper's.
 *
 * @param corpus what the base was pretrained on
 * @param seed of its pretraining
 * @param dataset the domain trained on
 * @param kind of organism
 * @param cosines by layer, outputs of the blocks
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record PersonaShift(String corpus, long seed, String dataset, String kind, List<Double> cosines) {
    public PersonaShift {
        cosines = List.copyOf(cosines);
    }

    /** The largest of all layers. */
    public double largest() {
        return cosines.stream().mapToDouble(Double::doubleValue).max().orElse(Double.NaN);
    }
}
