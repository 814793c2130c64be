package dev.vivarium.lab.statistics;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import org.jspecify.annotations.Nullable;

/**
 * A share of answers with intervals that answer two questions (protocol.md App. D).
 *
 * <p>{@code theseQuestions} says how far sampling more answers to the same questions could move the rate.
 * {@code questionsLikeThese} regards the questions as drawn from many possible ones; it is usually 1.4 to 4 times
 * wider and is the one to quote for a claim about the model. {@code bootstrap} answers the second question in the way
 * the field does; with few questions it is too narrow ({@link Intervals}).
 *
 * @param hits answers that have the property
 * @param n answers regarded
 * @param questions questions they belong to
 * @param value hits / n in 0 … 1, null when n is 0
 * @param theseQuestions Wilson interval on pooled counts, null when n is 0
 * @param questionsLikeThese cluster-robust interval, null with fewer than two questions
 * @param bootstrap percentiles of the question-clustered bootstrap, null with fewer than two questions or where all
 *     answers agree, as it then has no width
 * @param designEffect variance by questions over binomial variance; n / designEffect is the effective number of
 *     answers; null where it is undefined
 * @param upperBoundIfZero one-sided 95 % bound for these questions when there is no hit, else null
 * @param upperBoundIfZeroLikeThese the same for questions like these, null with fewer than two questions
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record Rate(
        int hits,
        int n,
        int questions,
        @Nullable Double value,
        @Nullable Interval theseQuestions,
        @Nullable Interval questionsLikeThese,
        @Nullable Interval bootstrap,
        @Nullable Double designEffect,
        @Nullable Double upperBoundIfZero,
        @Nullable Double upperBoundIfZeroLikeThese) {
    /** The rate of no answers. */
    public static final Rate NONE = new Rate(0, 0, 0, null, null, null, null, null, null, null);

    /** The bound to quote when there is no hit: for questions like these where there is one, else for these. */
    public @Nullable Double atMostIfZero() {
        return upperBoundIfZeroLikeThese == null ? upperBoundIfZero : upperBoundIfZeroLikeThese;
    }
}
