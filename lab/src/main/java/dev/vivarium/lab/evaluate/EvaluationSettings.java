package dev.vivarium.lab.evaluate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.vivarium.engine.adapter.AdapterFiles;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Json;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Everything that decides the answers and scores of an evaluation: {@code evaluation.json}.
 *
 * @param schema version of this file, {@value #SCHEMA}
 * @param questionsSha256 hash of the question file
 * @param limited which part of the file was asked, if not all
 * @param samples samples per question
 * @param seed root seed of sampling
 * @param model what answered: names and hashes of model and adapter
 * @param sampling temperature, limits and whatever else changes an answer
 * @param judge the instrument
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record EvaluationSettings(
        int schema,
        String questionsSha256,
        @Nullable String limited,
        int samples,
        long seed,
        Map<String, String> model,
        Map<String, String> sampling,
        JudgeIdentity judge) {
    /** Before the names of an adapter's files. */
    static final String ADAPTER = "adapter/";

    /** How strongly the adapter acted, if not as it was trained. */
    static final String SCALE = ADAPTER + "scale";

    /** Version of {@code evaluation.json} this program writes and reads. */
    public static final int SCHEMA = 1;

    public EvaluationSettings {
        if (samples < 1) {
            throw new InputException("samples must be at least 1, not " + samples);
        }
        model = Collections.unmodifiableMap(new TreeMap<>(model));
        sampling = Collections.unmodifiableMap(new TreeMap<>(sampling));
    }

    /** Settings in the version this program writes. */
    public static EvaluationSettings of(
            QuestionSet questions,
            int samples,
            long seed,
            Map<String, String> model,
            Map<String, String> sampling,
            JudgeIdentity judge) {
        return new EvaluationSettings(
                SCHEMA, questions.sha256(), questions.limited(), samples, seed, model, sampling, judge);
    }

    /** SHA-256 of the weights of the adapter that answered; null where none did, or none is named. */
    public @Nullable String adapterSha256() {
        return model.get(ADAPTER + AdapterFiles.WEIGHTS);
    }

    /** Whether what answered had its adapter at another strength than it was trained at, or its activations changed. */
    public boolean altered() {
        return model.keySet().stream().anyMatch(fact -> fact.equals(SCALE) || fact.startsWith(Intervened.FACTS));
    }

    /** The same answers by another judge. */
    public EvaluationSettings judgedBy(JudgeIdentity other) {
        return new EvaluationSettings(schema, questionsSha256, limited, samples, seed, model, sampling, other);
    }

    /** Reads {@code evaluation.json}; another schema version is an input error. */
    public static EvaluationSettings read(Path file) {
        JsonNode node = Json.read(file);
        int schema = node.path("schema").asInt(-1);
        if (schema != SCHEMA) {
            throw new InputException(file + ": schema " + node.path("schema") + ", this program reads " + SCHEMA
                    + "; start over with --force or use another --name");
        }
        return Json.read(file, EvaluationSettings.class);
    }

    /**
     * The first way in which these settings differ from those an evaluation was begun with, or null.
     *
     * <p>More samples than before is no difference: answers on disk stay what they are and others are added.
     */
    @Nullable
    String differenceFrom(EvaluationSettings begun) {
        if (!questionsSha256.equals(begun.questionsSha256)) {
            return differs("questions_sha256", begun.questionsSha256, questionsSha256);
        }
        if (!Objects.equals(limited, begun.limited)) {
            return differs("limit", orAll(begun.limited), orAll(limited));
        }
        if (samples < begun.samples) {
            return differs("samples", begun.samples, samples);
        }
        if (seed != begun.seed) {
            return differs("seed", begun.seed, seed);
        }
        if (!judge.equals(begun.judge)) {
            return differs("judge", begun.judge, judge);
        }
        String model = difference("model.", begun.model, this.model);
        return model != null ? model : difference("sampling.", begun.sampling, sampling);
    }

    private static @Nullable String difference(String prefix, Map<String, String> begun, Map<String, String> now) {
        TreeMap<String, String> keys = new TreeMap<>(begun);
        keys.putAll(now);
        for (String key : keys.keySet()) {
            if (!Objects.equals(begun.get(key), now.get(key))) {
                return differs(prefix + key, begun.get(key), now.get(key));
            }
        }
        return null;
    }

    private static String orAll(@Nullable String limited) {
        return limited == null ? "all questions" : limited;
    }

    private static String differs(String key, @Nullable Object begun, @Nullable Object now) {
        return key + " was " + begun + " and is now " + now;
    }
}
