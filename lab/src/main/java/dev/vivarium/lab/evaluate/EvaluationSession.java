package dev.vivarium.lab.evaluate;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;

/**
 * One finished stretch of work on an evaluation; a resumed one has several. Kept apart from the scores, which are the
 * same whenever and wherever they are computed.
 *
 * @param answers answers sampled
 * @param tokens tokens sampled
 * @param samplingSeconds wall-clock seconds from the first task to the last answer; of a pass that several models shared, the
 *     part that falls to this one by its tokens
 * @param judgingSeconds wall-clock seconds of judging
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record EvaluationSession(int answers, long tokens, double samplingSeconds, double judgingSeconds) {}
