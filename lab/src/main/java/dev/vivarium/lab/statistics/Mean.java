package dev.vivarium.lab.statistics;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import org.jspecify.annotations.Nullable;

/**
 * A mean score over answers.
 *
 * @param n answers regarded
 * @param value the mean in the score's unit, null when n is 0
 * @param questionsLikeThese question-clustered bootstrap with widened tails, null with fewer than two questions
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record Mean(int n, @Nullable Double value, @Nullable Interval questionsLikeThese) {}
