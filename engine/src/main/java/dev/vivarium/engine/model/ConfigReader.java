package dev.vivarium.engine.model;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Reads {@code config.json} of the supported families into a {@link ModelConfig}.
 *
 * <p>Both spellings are understood: {@code rope_parameters} and {@code layer_types} (transformers 5), and {@code rope_theta}
 * with {@code rope_scaling}, {@code sliding_window_pattern} and the like (older, most published repositories). What the
 * forward pass cannot do is refused by name, because ignoring it would give wrong numbers without a sign.
 */
final class ConfigReader {
    private static final String LOCAL = "sliding_attention";
    private static final String GLOBAL = "full_attention";

    private final Family family;
    private final ConfigFields fields;

    private ConfigReader(Family family, ConfigFields fields) {
        this.family = family;
        this.fields = fields.over(family.defaults());
    }

    static ModelConfig read(Path directory) {
        Path file = directory.resolve("config.json");
        if (!Files.isRegularFile(file)) {
            throw new InputException(file + ": no such file; give a Hugging Face model directory, a folder with"
                    + " config.json, tokenizer.json and model.safetensors");
        }
        ModelConfig config = parse(Json.read(file), file.toString());
        Path generation = directory.resolve("generation_config.json");
        if (!Files.isRegularFile(generation)) {
            return config;
        }
        // generate() of transformers stops at the tokens of generation_config.json where it names any
        List<Integer> eos = new ConfigFields(generation.toString(), Json.read(generation)).eosTokenIds();
        return eos.isEmpty() ? config : config.withEos(eos);
    }

    static ModelConfig parse(JsonNode json, String where) {
        ConfigFields top = new ConfigFields(where, json);
        String type = top.text("model_type");
        Family family = Family.of(type, where);
        refuseQuantised(top);
        if (!family.nested()) {
            return new ConfigReader(family, top).config(type, top);
        }
        ConfigFields text = top.at("text_config");
        String part = text.text("model_type", "gemma3_text");
        if (!part.equals("gemma3_text")) {
            throw text.unsupported("model type \"" + part + "\"", "gemma3_text is");
        }
        refuseQuantised(text);
        return new ConfigReader(family, text).config(type, top);
    }

    /** @param top the outermost object, whose head and end tokens go before those of a nested one */
    private ModelConfig config(String type, ConfigFields top) {
        refuseUnsupported();
        int hidden = fields.size("hidden_size");
        int layers = fields.size("num_hidden_layers");
        int heads = fields.size("num_attention_heads");
        int headDim = fields.size("head_dim", hidden / heads);
        boolean attentionBias = fields.flag("attention_bias", false);
        boolean tied = top.flag("tie_word_embeddings", fields.flag("tie_word_embeddings", false));
        List<Integer> eos = top.has("eos_token_id") ? top.eosTokenIds() : fields.eosTokenIds();
        double squaredScale = fields.has("query_pre_attn_scalar") ? fields.positive("query_pre_attn_scalar") : headDim;
        try {
            return new ModelConfig(
                    type,
                    fields.size("vocab_size"),
                    hidden,
                    fields.size("intermediate_size"),
                    layers,
                    heads,
                    fields.size("num_key_value_heads", heads),
                    headDim,
                    fields.number("rms_norm_eps", 1e-6),
                    rope(GLOBAL, "rope_theta", true),
                    family.qkvBias() || attentionBias,
                    attentionBias,
                    family.qkNorm(),
                    tied,
                    fields.size("max_position_embeddings", 2048),
                    eos,
                    family.style().with(activation()),
                    1 / Math.sqrt(squaredScale),
                    localAttention(localLayers(layers)));
        } catch (IllegalArgumentException e) {
            throw new InputException(fields.where() + ": " + e.getMessage(), e);
        }
    }

    private Activation activation() {
        String key = family.activationKey();
        if (!fields.has(key)) {
            return family.style().activation();
        }
        String name = fields.text(key);
        return Activation.of(name)
                .orElseThrow(() -> fields.unsupported(
                        key + " \"" + name + "\"", String.join(" and ", Activation.names()) + " are"));
    }

    private static void refuseQuantised(ConfigFields fields) {
        if (fields.has("quantization_config")) {
            throw fields.unsupported("quantization_config", "load the unquantised weights instead");
        }
    }

    private void refuseUnsupported() {
        if (fields.flag("mlp_bias", false)) {
            throw fields.unsupported("mlp_bias", "only MLPs without bias are");
        }
        if (fields.flag("use_bidirectional_attention", false)) {
            throw fields.unsupported("use_bidirectional_attention", "only causal attention is");
        }
        for (String key : List.of("attn_logit_softcapping", "final_logit_softcapping")) {
            if (fields.has(key)) {
                throw fields.unsupported(key + " " + fields.json().get(key), "only null is");
            }
        }
    }

    private Set<Integer> localLayers(int layers) {
        JsonNode types = fields.json().path("layer_types");
        Set<Integer> local = new HashSet<>();
        if (types.isArray()) {
            if (types.size() != layers) {
                throw new InputException(fields.where() + ": layer_types names " + types.size()
                        + " layers but num_hidden_layers is " + layers);
            }
            for (int layer = 0; layer < layers; layer++) {
                String kind = types.get(layer).asText();
                if (kind.equals(LOCAL) && family.windows() != Family.Windows.NEVER) {
                    local.add(layer);
                } else if (!kind.equals(GLOBAL)) {
                    throw fields.unsupported("layer type \"" + kind + "\"", windowsKnown());
                }
            }
            return local;
        }
        switch (family.windows()) {
            case NEVER -> {
                if (fields.flag("use_sliding_window", false)) {
                    throw fields.unsupported("use_sliding_window", windowsKnown());
                }
            }
            case FROM_LAYER -> {
                if (fields.flag("use_sliding_window", false) && fields.has("sliding_window")) {
                    for (int layer = (int) fields.number("max_window_layers", 28); layer < layers; layer++) {
                        local.add(layer);
                    }
                }
            }
            case BY_PATTERN -> {
                int pattern = fields.size("sliding_window_pattern");
                for (int layer = 0; layer < layers; layer++) {
                    if ((layer + 1) % pattern != 0) {
                        local.add(layer);
                    }
                }
            }
        }
        return local;
    }

    private String windowsKnown() {
        return family.windows() == Family.Windows.NEVER
                ? "only " + GLOBAL + " is in this family"
                : GLOBAL + " and " + LOCAL + " are";
    }

    private LocalAttention localAttention(Set<Integer> layers) {
        if (layers.isEmpty()) {
            return LocalAttention.NONE;
        }
        RopeSettings rope =
                family.localRope() ? rope(LOCAL, "rope_local_base_freq", false) : rope(GLOBAL, "rope_theta", true);
        return new LocalAttention(fields.size("sliding_window"), rope, layers);
    }

    /**
     * The rotary embedding of one type of layer.
     *
     * @param type its name in the newer spelling, where there are several
     * @param thetaKey the base in the older one, and the default
     * @param scaled whether {@code rope_scaling} of the older spelling is about it
     */
    private RopeSettings rope(String type, String thetaKey, boolean scaled) {
        double theta = fields.number(thetaKey, 10_000);
        if (fields.has("rope_parameters")) {
            ConfigFields modern = fields.at("rope_parameters");
            if (!family.localRope()) {
                return rope(modern, theta);
            }
            if (modern.has("rope_theta") || modern.has("rope_type")) {
                throw modern.unsupported(
                        "one rope for all layers", "it must have \"" + GLOBAL + "\" and \"" + LOCAL + "\"");
            }
            return modern.has(type) ? rope(modern.at(type), theta) : new RopeSettings(theta, RopeSettings.Scaling.NONE);
        }
        return scaled && fields.has("rope_scaling")
                ? rope(fields.at("rope_scaling"), theta)
                : new RopeSettings(theta, RopeSettings.Scaling.NONE);
    }

    private static RopeSettings rope(ConfigFields rope, double otherwise) {
        double theta = rope.number("rope_theta", otherwise);
        String kind = rope.text("rope_type", rope.text("type", "default"));
        if (rope.number("partial_rotary_factor", 1) != 1) {
            throw rope.unsupported("partial_rotary_factor", "only heads that are turned whole are");
        }
        RopeSettings.Scaling scaling = switch (kind) {
            case "default" -> RopeSettings.Scaling.NONE;
            case "linear" -> RopeSettings.Scaling.linear(rope.positive("factor"));
            case "llama3" ->
                new RopeSettings.Scaling(
                        rope.positive("factor"),
                        rope.positive("low_freq_factor"),
                        rope.positive("high_freq_factor"),
                        (int) rope.positive("original_max_position_embeddings"));
            default -> throw rope.unsupported("rope type \"" + kind + "\"", "default, linear and llama3 are");
        };
        return new RopeSettings(theta, scaling);
    }
}
