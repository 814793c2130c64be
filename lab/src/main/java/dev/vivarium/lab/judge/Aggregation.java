package dev.vivarium.lab.judge;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.lab.judge.JudgeReply.Position;
import dev.vivarium.lab.judge.JudgeReply.TokenProbability;
import java.util.List;

/**
 * How replies become a score: a pure function of what the journal holds.
 *
 * <p>The score is the expectation over numbers, sum p_i i / sum p_i over tokens that are whole numbers from 0 to 100, and
 * there is none where sum p_i is below {@value #LEAST_MASS} (protocol.md App. A (10)). The words CODE and REFUSAL, which
 * judge prompts offer as a way out, are told apart from other replies without a number.
 *
 * @param kind what is aggregated
 * @param top log-probabilities asked for at each token; 0 for samples
 * @param tokens tokens that a number may have: 1 as in the field; 3 for models that write 100 as three tokens
 * @param samples replies asked for to each prompt
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record Aggregation(Kind kind, int top, int tokens, int samples) {
    /** Least probability of numbers for a score. */
    public static final double LEAST_MASS = 0.25;

    /** Alternatives that endpoints give at most. */
    public static final int TOP = 20;

    private static final int MOST_TOKENS = 4;
    private static final int MOST_SAMPLES = 100;

    /** Sums of probabilities that were logarithms on the way are this exact. */
    private static final double ROUNDING = 1e-9;

    /** A probability above 1 by more than half-precision arithmetic explains is no probability. */
    private static final double EXCESS = 0.01;

    /** What is aggregated. */
    public enum Kind {
        /** Probabilities of the reply's tokens. */
        EXPECTATION,
        /** Probabilities of whole numbers, followed through all their tokens; what only a model in memory tells. */
        NUMBERS,
        /** Several drawn replies, each of the same weight; another instrument than the expectation. */
        SAMPLES
    }

    public Aggregation {
        if (tokens < 1 || tokens > MOST_TOKENS) {
            throw new InputException("a number may have 1 to " + MOST_TOKENS + " tokens, not " + tokens);
        }
        if (samples < 1 || samples > MOST_SAMPLES) {
            throw new InputException("--judge-samples must be from 1 to " + MOST_SAMPLES + ", not " + samples);
        }
    }

    /** The field's: over the {@value #TOP} most probable first tokens. */
    public static Aggregation firstToken() {
        return new Aggregation(Kind.EXPECTATION, TOP, 1, 1);
    }

    /** The same for models that write a number as several tokens. */
    public static Aggregation ofTokens(int tokens) {
        return new Aggregation(Kind.EXPECTATION, TOP, tokens, 1);
    }

    /** For a model in memory, whose numbers are followed through all their tokens. */
    public static Aggregation ofNumbers() {
        return new Aggregation(Kind.NUMBERS, TOP, 1, 1);
    }

    /** For endpoints without log-probabilities: the mean over drawn replies. */
    public static Aggregation ofSamples(int samples) {
        return new Aggregation(Kind.SAMPLES, 0, MOST_TOKENS, samples);
    }

    /** The rule in words; a part of the instrument's identity. */
    public String description() {
        return switch (kind) {
            case EXPECTATION ->
                "expectation over top-" + top
                        + (tokens == 1 ? " first tokens" : " numbers of up to " + tokens + " tokens") + ", mass >= "
                        + LEAST_MASS;
            case NUMBERS -> "expectation over numbers through the top-" + top + " of each token, mass >= " + LEAST_MASS;
            case SAMPLES -> "mean of " + samples + " samples at temperature 1, share of numbers >= " + LEAST_MASS;
        };
    }

    /** The verdict of all replies to one prompt, in any order. */
    public Verdict verdict(List<JudgeReply> replies) {
        if (replies.isEmpty()) {
            return Verdict.unscored(Verdict.NOT_JUDGED, 0);
        }
        NumberMass mass = new NumberMass();
        if (kind == Kind.SAMPLES) {
            // an equal share for each that was drawn, whatever it says
            replies.forEach(reply -> mass.whole(reply.text(), 1.0 / replies.size()));
        } else {
            List<Position> positions = replies.getFirst().positions();
            if (positions.isEmpty() || positions.getFirst().top().isEmpty()) {
                return Verdict.unscored(Verdict.NO_PROBABILITIES, 0);
            }
            if (positions.stream().anyMatch(Aggregation::isMalformed)) {
                return Verdict.unscored(Verdict.MALFORMED, 0);
            }
            if (tokens == 1) {
                positions.getFirst().top().forEach(one -> mass.whole(one.token(), Math.exp(one.logprob())));
            } else {
                new NumberPath(positions, replies.getFirst().finish(), mass).walk();
            }
        }
        if (mass.numbers() >= LEAST_MASS - ROUNDING) {
            return Verdict.scored(mass.mean(), mass.numbers());
        }
        return Verdict.unscored(mass.word(LEAST_MASS - ROUNDING), mass.numbers());
    }

    private static boolean isMalformed(Position position) {
        double sum = 0;
        for (TokenProbability one : position.top()) {
            double p = Math.exp(one.logprob());
            if (Double.isNaN(one.logprob()) || p > 1 + EXCESS) {
                return true;
            }
            sum += p;
        }
        return sum > 1 + EXCESS;
    }
}
