package dev.vivarium.lab.judge;

import org.jspecify.annotations.Nullable;

/**
 * What came of the replies to one question about one answer.
 *
 * @param score 0 … 100; null where there is none
 * @param reason why there is none, such as {@code REFUSAL}; empty where there is a score
 * @param mass share of the probability that stood on numbers from 0 to 100
 */
public record Verdict(@Nullable Double score, String reason, double mass) {
    static final String NO_NUMBER = "no number";
    static final String NO_PROBABILITIES = "no log-probabilities";
    static final String MALFORMED = "malformed log-probabilities";
    static final String NOT_JUDGED = "not judged";

    static Verdict scored(double score, double mass) {
        return new Verdict(score, "", mass);
    }

    static Verdict unscored(String reason, double mass) {
        return new Verdict(null, reason, mass);
    }
}
