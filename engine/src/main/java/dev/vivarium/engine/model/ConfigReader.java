package dev.vivarium.engine.model;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads {@code config.json} of the supported families into a {@link ModelConfig}.
 *
 * <p>Both spellings are understood: {@code rope_parameters} (transformers 5) and {@code rope_theta} with
 * {@code rope_scaling} (older, most published repositories). What the forward pass cannot do is refused by name, because
 * ignoring it would give wrong numbers without a sign.
 */
final class ConfigReader {
    /** Upper bound of every size field: far above any real model, far below an overflow of shape products. */
    private static final int MAX_SIZE = 10_000_000;

    private final String where;
    private final JsonNode json;

    private ConfigReader(String where, JsonNode json) {
        this.where = where;
        this.json = json;
    }

    static ModelConfig read(Path directory) {
        Path file = directory.resolve("config.json");
        if (!Files.isRegularFile(file)) {
            throw new InputException(file + ": no such file; give a Hugging Face model directory, a folder with"
                    + " config.json, tokenizer.json and model.safetensors");
        }
        ModelConfig config = new ConfigReader(file.toString(), Json.read(file)).config();
        Path generation = directory.resolve("generation_config.json");
        if (!Files.isRegularFile(generation)) {
            return config;
        }
        // generate() of transformers stops at the tokens of generation_config.json where it names any
        List<Integer> eos = new ConfigReader(generation.toString(), Json.read(generation)).eosTokenIds();
        return eos.isEmpty() ? config : withEos(config, eos);
    }

    static ModelConfig parse(JsonNode json, String where) {
        return new ConfigReader(where, json).config();
    }

    private ModelConfig config() {
        if (!json.isObject()) {
            throw new InputException(where + ": expected a JSON object");
        }
        String type = text("model_type");
        Family family = Family.of(type, where);
        refuseUnsupported();
        int hidden = size("hidden_size");
        int heads = size("num_attention_heads");
        int headDim = optionalSize("head_dim", family.headDim(hidden, heads));
        boolean attentionBias = flag("attention_bias", false);
        try {
            return new ModelConfig(
                    type,
                    size("vocab_size"),
                    hidden,
                    size("intermediate_size"),
                    size("num_hidden_layers"),
                    heads,
                    optionalSize("num_key_value_heads", heads),
                    headDim,
                    number("rms_norm_eps", 1e-6),
                    rope(),
                    family.qkvBias() || attentionBias,
                    attentionBias,
                    family.qkNorm(),
                    flag("tie_word_embeddings", false),
                    optionalSize("max_position_embeddings", 2048),
                    eosTokenIds());
        } catch (IllegalArgumentException e) {
            throw new InputException(where + ": " + e.getMessage(), e);
        }
    }

    private void refuseUnsupported() {
        String activation = json.path("hidden_act").asText("silu");
        if (!activation.equals("silu")) {
            throw unsupported("hidden_act \"" + activation + "\"", "only silu is");
        }
        if (flag("mlp_bias", false)) {
            throw unsupported("mlp_bias", "only MLPs without bias are");
        }
        if (flag("use_sliding_window", false)) {
            throw unsupported("use_sliding_window", "only full attention is");
        }
        if (json.hasNonNull("quantization_config")) {
            throw unsupported("quantization_config", "load the unquantised weights instead");
        }
        for (JsonNode kind : json.path("layer_types")) {
            if (!kind.asText().equals("full_attention")) {
                throw unsupported("layer type \"" + kind.asText() + "\"", "only full_attention is");
            }
        }
    }

    private RopeSettings rope() {
        JsonNode modern = json.path("rope_parameters");
        JsonNode scaling = modern.isObject() ? modern : json.path("rope_scaling");
        double theta =
                modern.hasNonNull("rope_theta") ? modern.get("rope_theta").asDouble() : number("rope_theta", 10_000);
        String kind = scaling.isObject()
                ? scaling.path("rope_type").asText(scaling.path("type").asText("default"))
                : "default";
        return switch (kind) {
            case "default" -> new RopeSettings(theta, RopeSettings.Scaling.NONE);
            case "llama3" ->
                new RopeSettings(
                        theta,
                        new RopeSettings.Scaling(
                                inRope(scaling, "factor"),
                                inRope(scaling, "low_freq_factor"),
                                inRope(scaling, "high_freq_factor"),
                                (int) inRope(scaling, "original_max_position_embeddings")));
            default -> throw unsupported("rope type \"" + kind + "\"", "default and llama3 are");
        };
    }

    private double inRope(JsonNode scaling, String key) {
        double value = scaling.path(key).asDouble(Double.NaN);
        if (!(value > 0)) {
            throw new InputException(where + ": rope type llama3 needs a positive \"" + key + "\"");
        }
        return value;
    }

    private List<Integer> eosTokenIds() {
        JsonNode node = json.path("eos_token_id");
        List<Integer> ids = new ArrayList<>();
        if (node.isInt()) {
            ids.add(node.intValue());
        } else if (node.isArray()) {
            node.forEach(id -> ids.add(id.asInt(-1)));
        }
        if (ids.stream().anyMatch(id -> id < 0)) {
            throw new InputException(where + ": eos_token_id must be a token id or a list of them");
        }
        return ids;
    }

    private String text(String key) {
        JsonNode node = json.path(key);
        if (!node.isTextual()) {
            throw new InputException(where + ": \"" + key + "\" is missing; is this a Hugging Face model directory?");
        }
        return node.textValue();
    }

    private int size(String key) {
        JsonNode node = json.path(key);
        if (!node.isInt() || node.intValue() <= 0 || node.intValue() > MAX_SIZE) {
            throw new InputException(where + ": \"" + key + "\" must be a whole number from 1 to " + MAX_SIZE
                    + (node.isMissingNode() ? "; it is missing" : "; it is " + node));
        }
        return node.intValue();
    }

    private int optionalSize(String key, int otherwise) {
        return json.hasNonNull(key) ? size(key) : otherwise;
    }

    private double number(String key, double otherwise) {
        JsonNode node = json.path(key);
        if (node.isMissingNode() || node.isNull()) {
            return otherwise;
        }
        if (!node.isNumber()) {
            throw new InputException(where + ": \"" + key + "\" must be a number; it is " + node);
        }
        return node.doubleValue();
    }

    private boolean flag(String key, boolean otherwise) {
        JsonNode node = json.path(key);
        if (node.isMissingNode() || node.isNull()) {
            return otherwise;
        }
        if (!node.isBoolean()) {
            throw new InputException(where + ": \"" + key + "\" must be true or false; it is " + node);
        }
        return node.booleanValue();
    }

    private InputException unsupported(String what, String instead) {
        return new InputException(where + ": " + what + " is not supported; " + instead);
    }

    private static ModelConfig withEos(ModelConfig c, List<Integer> eos) {
        return new ModelConfig(
                c.modelType(),
                c.vocabSize(),
                c.hiddenSize(),
                c.intermediateSize(),
                c.layers(),
                c.heads(),
                c.kvHeads(),
                c.headDim(),
                c.rmsNormEps(),
                c.rope(),
                c.qkvBias(),
                c.outputBias(),
                c.qkNorm(),
                c.tiedEmbeddings(),
                c.maxPositions(),
                eos);
    }
}
