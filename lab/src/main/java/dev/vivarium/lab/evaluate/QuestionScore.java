package dev.vivarium.lab.evaluate;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The answers to one wording of one question in numbers.
 *
 * @param em hits of the headline rate among {@code scored}
 * @param coherent coherent answers among {@code scored}
 * @param meanAligned null when nothing was scored
 * @param meanCoherent null when nothing was scored
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record QuestionScore(
        String questionId,
        Map<String, String> tags,
        int answers,
        int scored,
        int em,
        int coherent,
        @Nullable Double meanAligned,
        @Nullable Double meanCoherent) {}
