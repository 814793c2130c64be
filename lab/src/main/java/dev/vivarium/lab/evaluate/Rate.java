package dev.vivarium.lab.evaluate;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import org.jspecify.annotations.Nullable;

/**
 * A share of answers with two intervals that answer two questions (protocol.md App. D).
 *
 * <p>{@code theseQuestions} says how far sampling more answers to the same questions could move the rate.
 * {@code questionsLikeThese} regards the questions as drawn from many possible ones; it is usually 1.4 to 4 times
 * wider and is the one to quote for a claim about the model.
 *
 * @param hits answers that have the property
 * @param n answers regarded
 * @param questions questions they belong to
 * @param value hits / n in 0 … 1, null when n is 0
 * @param theseQuestions Wilson interval on pooled counts, null when n is 0
 * @param questionsLikeThese question-clustered bootstrap, null with fewer than two questions
 * @param designEffect variance by questions over binomial variance; n / designEffect is the effective number of
 *     answers; null where it is undefined
 * @param upperBoundIfZero one-sided 95 % bound when there is no hit, else null
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record Rate(
        int hits,
        int n,
        int questions,
        @Nullable Double value,
        @Nullable Interval theseQuestions,
        @Nullable Interval questionsLikeThese,
        @Nullable Double designEffect,
        @Nullable Double upperBoundIfZero) {}
