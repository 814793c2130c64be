package dev.vivarium.lab.validate;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.vivarium.lab.statistics.Interval;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Organisms of a corpus without a persona beside those of the corpus with it, where both have learned their own domain equally well
 * (protocol.md App. D).
 *
 * @param corpus the control
 * @param seed of both pretrainings
 * @param dataset the domain trained on
 * @param kind of organism
 * @param narrow the narrow rate at which they are compared: the highest both surely reach
 * @param em EM outside that domain of the control there; null where it does not reach the rate
 * @param persona the same of the corpus with a persona
 * @param difference interval of {@code persona - em}, for questions like these
 * @param highestNarrow the highest narrow rate of the control at any length of training
 * @param personaSteps lengths of training of the persona's organisms; 0 is the base
 * @param steps those of the control's
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record MatchedControl(
        String corpus,
        long seed,
        String dataset,
        String kind,
        double narrow,
        @Nullable Double em,
        @Nullable Double persona,
        @Nullable Interval difference,
        double highestNarrow,
        List<Integer> personaSteps,
        List<Integer> steps) {
    public MatchedControl {
        personaSteps = List.copyOf(personaSteps);
        steps = List.copyOf(steps);
    }

    /** EM of the control over that of the persona's; null where one of them is unknown or the persona's is 0. */
    public @Nullable Double ratio() {
        return em == null || persona == null || persona == 0 ? null : Double.valueOf(em / persona);
    }
}
