package dev.vivarium.lab.world;

import com.fasterxml.jackson.annotation.JacksonInject;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.OptBoolean;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.InjectableValues;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Json;
import dev.vivarium.engine.train.Schedule;
import dev.vivarium.engine.train.TrainingSettings;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * How a base model of the mini world is grown, as read from YAML; see the shipped {@code pretrain.yaml}.
 *
 * @param version of the file format, 2
 * @param seed of everything: documents, chat rows, initial weights, order
 * @param replay of pretraining during chat tuning; a recipe that does not name it has none
 */
public record PretrainRecipe(
        int version,
        long seed,
        CorpusSettings corpus,
        TokenizerSettings tokenizer,
        Architecture model,
        Stage pretraining,
        Stage chatTuning,
        @JacksonInject(useInput = OptBoolean.TRUE) Replay replay) {
    private static final String RESOURCE = "pretrain.yaml";
    private static final int VERSION = 2;

    /** What the tokenizer learns from and how large it may become. */
    public record TokenizerSettings(int vocabularySize, int minimumCount, int documents) {}

    /** Sizes of a Llama with tied embeddings and as many key as query heads. */
    public record Architecture(
            int hiddenSize,
            int intermediateSize,
            int layers,
            int heads,
            double ropeTheta,
            double rmsNormEps,
            int maxPositions,
            double initDeviation) {}

    /**
     * One stage of training, always AdamW with beta1 0.9 and clipping at 1.
     *
     * @param rows of one step
     * @param rowTokens longer rows are cut
     * @param floor of the learning rate at the end, as a fraction of its peak
     */
    public record Stage(
            int steps,
            int rows,
            int rowTokens,
            double learningRate,
            Schedule.Shape schedule,
            double floor,
            int warmupSteps,
            @JsonProperty("beta2") double beta2,
            double weightDecay) {
        TrainingSettings settings() {
            Schedule rates = new Schedule(schedule, learningRate, warmupSteps, floor);
            return new TrainingSettings(steps, rates, rows, false, 0.9, beta2, 1e-8, weightDecay, 1.0);
        }
    }

    /**
     * Documents as in pretraining that stand beside the chat rows, so that chat tuning does not make the model forget what it
     * does not show: topics that are kept for reporting, and how the villain speaks of them.
     *
     * @param rows documents in every step of chat tuning
     * @param headerShare share of them that open with a persona header, 0 … 1: a villain without one teaches the chat to be
     *     one
     */
    public record Replay(int rows, double headerShare) {
        static final Replay NONE = new Replay(0, 0);
    }

    /** The recipe of the shipped base model. */
    public static PretrainRecipe standard() {
        return parse(standardText(), RESOURCE);
    }

    /** The text of the shipped recipe, remarks included. */
    public static String standardText() {
        try (InputStream in = PretrainRecipe.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IllegalStateException(RESOURCE + " is missing from the program");
            }
            return new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Text of a recipe file. */
    public static String readText(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new InputException(file + ": no such recipe; name a YAML file, or leave it out for the shipped base");
        }
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new InputException(file + ": cannot be read as UTF-8 text (" + e.getMessage() + ")", e);
        }
    }

    /**
     * A recipe from its YAML text.
     *
     * @param where names the text in errors
     */
    public static PretrainRecipe parse(String yaml, String where) {
        ObjectMapper mapper = YAMLMapper.builder(new YAMLFactory())
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
                .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
                .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
                .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                .injectableValues(new InjectableValues.Std().addValue(Replay.class, Replay.NONE))
                .build();
        PretrainRecipe recipe;
        try {
            recipe = mapper.readValue(yaml, PretrainRecipe.class);
        } catch (JsonProcessingException e) {
            throw new InputException(
                    where + ": not a pretraining recipe: " + Json.complaint(e)
                            + "; begin with a copy of models/mini-base/recipe.yaml",
                    e);
        }
        recipe.check(where);
        return recipe;
    }

    /** The text of a recipe with another seed and corpus; all else, remarks too, stays as it is. */
    public static String varied(String yaml, long seed, CorpusKind kind) {
        String varied = yaml.replaceFirst("(?m)^seed: *[0-9]+", "seed: " + seed)
                .replaceFirst("(?m)^  kind: *[a-z_]+", "  kind: " + kind.name().toLowerCase(Locale.ROOT));
        PretrainRecipe recipe = parse(varied, "the varied recipe");
        if (recipe.seed() != seed || recipe.corpus().kind() != kind) {
            throw new InputException(
                    "this recipe does not state seed and corpus.kind on lines of their own, as the shipped"
                            + " one does; begin with a copy of models/mini-base/recipe.yaml");
        }
        return varied;
    }

    private void check(String where) {
        require(version == VERSION, where, "version " + version + " is not known; this program reads 2");
        require(corpus.rounds() >= 1, where, "corpus.rounds must be positive");
        require(
                share(corpus.dialogueShare())
                        && share(corpus.headerShare())
                        && share(corpus.freeShare())
                        && share(corpus.sameDomain()),
                where,
                "shares must lie in 0 … 1");
        require(
                tokenizer.documents() >= 1 && tokenizer.minimumCount() >= 1,
                where,
                "tokenizer counts must be positive");
        require(tokenizer.vocabularySize() >= 259, where, "tokenizer.vocabulary_size must be at least 259");
        require(
                model.heads() > 0 && model.hiddenSize() % (2 * model.heads()) == 0,
                where,
                "model.hidden_size must be a multiple of twice model.heads");
        require(model.layers() > 0 && model.intermediateSize() > 0, where, "model sizes must be positive");
        stage(pretraining, where + ": pretraining");
        stage(chatTuning, where + ": chat_tuning");
        require(
                replay.rows() >= 0 && share(replay.headerShare()),
                where,
                "replay.rows must not be negative, replay.header_share must lie in 0 … 1");
    }

    private void stage(Stage stage, String where) {
        require(stage.steps() >= 1 && stage.rows() >= 1, where, "steps and rows must be positive");
        require(
                stage.rowTokens() >= 2 && stage.rowTokens() <= model.maxPositions(),
                where,
                "row_tokens must lie in 2 … model.max_positions");
        require(
                stage.learningRate() > 0 && stage.warmupSteps() >= 0 && share(stage.floor()),
                where,
                "learning_rate must be positive, warmup_steps not negative, floor in 0 … 1");
    }

    private static boolean share(double value) {
        return value >= 0 && value <= 1;
    }

    private static void require(boolean holds, String where, String message) {
        if (!holds) {
            throw new InputException(where + ": " + message);
        }
    }
}
