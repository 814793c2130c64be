package dev.vivarium.lab.score;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Json;
import dev.vivarium.lab.evaluate.JudgeIdentity;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a judging was begun with: {@code judging.json}.
 *
 * @param schema version of this file, {@value #SCHEMA}
 * @param judge the instrument
 * @param answers the file or directory that holds the answers
 * @param limited which part of a question file was asked, where it is not all
 * @param facts how the instrument was set up, by name; without any secret
 * @param prompts what it asks, by metric
 * @param replyPrefixes what its replies were made to begin with, by metric, where that is anything
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record JudgingSettings(
        int schema,
        JudgeIdentity judge,
        String answers,
        @Nullable String limited,
        Map<String, String> facts,
        Map<String, String> prompts,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) Map<String, String> replyPrefixes) {
    /** Version of {@code judging.json} this program writes and reads. */
    public static final int SCHEMA = 1;

    public JudgingSettings {
        facts = Collections.unmodifiableMap(new LinkedHashMap<>(facts));
        prompts = Collections.unmodifiableMap(new LinkedHashMap<>(prompts));
        replyPrefixes =
                replyPrefixes == null ? Map.of() : Collections.unmodifiableMap(new LinkedHashMap<>(replyPrefixes));
    }

    /** Of a judge whose replies are its own from the beginning. */
    public JudgingSettings(
            int schema,
            JudgeIdentity judge,
            String answers,
            @Nullable String limited,
            Map<String, String> facts,
            Map<String, String> prompts) {
        this(schema, judge, answers, limited, facts, prompts, Map.of());
    }

    /** Reads the file; another schema version is an input error. */
    public static JudgingSettings read(Path file) {
        JsonNode node = Json.read(file);
        int schema = node.path("schema").asInt(-1);
        if (schema != SCHEMA) {
            throw new InputException(file + ": schema " + node.path("schema") + ", this program reads " + SCHEMA
                    + "; judge again with --force or another --name");
        }
        return Json.read(file, JudgingSettings.class);
    }
}
