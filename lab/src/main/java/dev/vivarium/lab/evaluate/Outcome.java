package dev.vivarium.lab.evaluate;

/**
 * What came of one {@link Subject}.
 *
 * @param subject who was asked
 * @param files where everything is
 * @param scores over all answers, those of earlier sessions included
 * @param sampled answers sampled now; 0 if all were on disk
 * @param sampledTokens tokens of these answers
 * @param seconds wall-clock time of the sampling pass, which all subjects of one call share
 * @param tokensPerSecond speed of that pass, over all its subjects
 */
public record Outcome(
        Subject subject,
        EvaluationFiles files,
        Scores scores,
        int sampled,
        long sampledTokens,
        double seconds,
        double tokensPerSecond) {}
