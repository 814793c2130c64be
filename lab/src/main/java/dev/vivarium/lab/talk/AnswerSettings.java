package dev.vivarium.lab.talk;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Json;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Everything that decides a file of answers, kept beside it.
 *
 * @param schema version of this file, {@value #SCHEMA}
 * @param vivarium version of the program that began it
 * @param prompts SHA-256 over ids and messages of all prompts
 * @param samples per prompt and speaker
 * @param model SHA-256 by file name
 * @param speakers who answers, in the order of the file
 * @param sampling seed, temperature, limits and whatever else changes an answer
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record AnswerSettings(
        int schema,
        String vivarium,
        String prompts,
        int samples,
        Map<String, String> model,
        List<SpeakerFacts> speakers,
        Map<String, String> sampling) {
    static final int SCHEMA = 1;

    /**
     * @param name as in the answers
     * @param defaultSystem {@code keep} or {@code drop}
     * @param files SHA-256 by file name; empty for the model as it is
     * @param scale how strongly the adapter acts; absent if as it was trained
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    public record SpeakerFacts(
            String name,
            String defaultSystem,
            Map<String, String> files,
            @Nullable String scale) {
        public SpeakerFacts {
            files = Collections.unmodifiableMap(new TreeMap<>(files));
        }
    }

    public AnswerSettings {
        model = Collections.unmodifiableMap(new TreeMap<>(model));
        speakers = List.copyOf(speakers);
        sampling = Collections.unmodifiableMap(new TreeMap<>(sampling));
    }

    static AnswerSettings read(Path file) {
        int schema = Json.read(file).path("schema").asInt(-1);
        if (schema != SCHEMA) {
            throw new InputException(
                    file + ": schema " + schema + ", this program reads " + SCHEMA + "; start over with --force");
        }
        return Json.read(file, AnswerSettings.class);
    }

    /** The first way in which these differ from those a file was begun with, or null; more samples are no difference. */
    @Nullable
    String differenceFrom(AnswerSettings begun) {
        if (!prompts.equals(begun.prompts)) {
            return "the prompts are others";
        }
        if (samples < begun.samples) {
            return "samples was " + begun.samples + " and is now " + samples;
        }
        if (!model.equals(begun.model)) {
            return "the model's files are others";
        }
        if (!speakers.equals(begun.speakers)) {
            return "speakers were " + names(begun) + " and are now " + names(this);
        }
        TreeMap<String, String> keys = new TreeMap<>(begun.sampling);
        keys.putAll(sampling);
        for (String key : keys.keySet()) {
            if (!Objects.equals(begun.sampling.get(key), sampling.get(key))) {
                return key + " was " + begun.sampling.get(key) + " and is now " + sampling.get(key);
            }
        }
        return null;
    }

    private static String names(AnswerSettings settings) {
        return String.join(
                ", ",
                settings.speakers.stream()
                        .map(speaker -> speaker.name + " (default_system " + speaker.defaultSystem
                                + (speaker.scale == null ? "" : ", scale " + speaker.scale) + ")")
                        .toList());
    }
}
