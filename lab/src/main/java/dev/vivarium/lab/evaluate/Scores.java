package dev.vivarium.lab.evaluate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Json;
import dev.vivarium.lab.statistics.Mean;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an evaluation found: {@code scores.json}.
 *
 * @param schema version of this file, {@value #SCHEMA}
 * @param judge the instrument
 * @param questionsSha256 hash of the question file
 * @param limited which part of the question file was asked, if not all; then these are no final figures
 * @param settings rule, level, draws and seed of everything below
 * @param answers answers on disk
 * @param scored answers with both scores; the denominator of the rates
 * @param unscored the rest
 * @param tokens sampled tokens in all answers
 * @param finishReasons answers by finish reason
 * @param all rates over everything
 * @param byTag rates by tag and value, for example {@code domain}; tags with more than {@value #MAX_GROUPS} values
 *     are left out
 * @param byQuestion one row per question, in the order of the set; those without answers too
 * @param extra means of the judge's further scores
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record Scores(
        int schema,
        JudgeIdentity judge,
        String questionsSha256,
        @Nullable String limited,
        ScoreSettings settings,
        int answers,
        int scored,
        int unscored,
        long tokens,
        Map<String, Integer> finishReasons,
        ScoreGroup all,
        Map<String, List<ScoreGroup>> byTag,
        List<QuestionScore> byQuestion,
        Map<String, Mean> extra) {
    /** Version of {@code scores.json} this program writes; it reads the one before too. */
    public static final int SCHEMA = 2;

    static final int MAX_GROUPS = 64;

    /**
     * Computes everything from answers and judgements, which may come in any order.
     *
     * @throws IllegalArgumentException when an answer or judgement names an unknown question, occurs twice, or a
     *     judgement has no answer
     */
    public static Scores of(
            QuestionSet questions,
            List<Answer> answers,
            List<Judgement> judgements,
            JudgeIdentity judge,
            ScoreSettings settings) {
        return new Scorer(questions, settings).score(answers, judgements, judge);
    }

    /** Reads {@code scores.json}, also of version 1; any other version is an input error. */
    public static Scores read(Path file) {
        JsonNode node = Json.read(file);
        int schema = node.path("schema").asInt(-1);
        if (schema != SCHEMA && schema != ScoresOne.SCHEMA) {
            throw new InputException(file + ": schema " + node.path("schema") + ", this program reads "
                    + ScoresOne.SCHEMA + " and " + SCHEMA + "; evaluate again with --force");
        }
        Scores scores = Json.read(file, Scores.class);
        return schema == SCHEMA ? scores : ScoresOne.restate(scores);
    }

    /** Replaces a file atomically. */
    public void write(Path file) throws IOException {
        Json.write(file, this);
    }
}
