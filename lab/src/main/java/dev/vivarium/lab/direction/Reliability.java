package dev.vivarium.lab.direction;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import org.jspecify.annotations.Nullable;

/**
 * How far a vector would be another one had other texts been drawn.
 *
 * @param answers had other answers to the same questions been drawn; null where each question has one text
 * @param questions had other questions been asked; null where there is but one
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Reliability(
        @Nullable Spread answers, @Nullable Spread questions) {
    /**
     * One source of chance.
     *
     * @param splitHalf median cosine of the vectors of two random halves
     * @param low 2.5th percentile of it over splits
     * @param high 97.5th percentile of it over splits
     * @param cone angle in degrees around the vector that holds 95 % of bootstrap vectors
     * @param units how many pieces were dealt to halves and drawn by the bootstrap
     */
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    public record Spread(double splitHalf, double low, double high, double cone, int units) {}
}
