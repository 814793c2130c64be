package dev.vivarium.engine.model;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vivarium.engine.base.InputException;
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

    /** Several times the deepest known; what is made per layer is made before the weights are looked at. */
    private static final int MAX_LAYERS = 1_000;

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
        ModelConfig config = parse(ConfigFields.read(file));
        Path generation = directory.resolve("generation_config.json");
        if (!Files.isRegularFile(generation)) {
            return config;
        }
        // generate() of transformers stops at the tokens of generation_config.json where it names any
        List<Integer> eos = ConfigFields.read(generation).eosTokenIds();
        return eos.isEmpty() ? config : config.withEos(eos);
    }

    static ModelConfig parse(JsonNode json, String where) {
        return parse(new ConfigFields(where, json));
    }

    private static ModelConfig parse(ConfigFields top) {
        String type = top.text("model_type");
        Family family = Family.of(type, top.where());
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
        int layers = fields.whole("num_hidden_layers", 1, MAX_LAYERS);
        int heads = fields.size("num_attention_heads");
        int headDim = headDim(hidden, heads);
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

    private int headDim(int hidden, int heads) {
        if (!fields.has("head_dim") && hidden % heads != 0) {
            throw new InputException(
                    fields.where() + ": hidden_size " + hidden + " is no multiple of num_attention_heads " + heads
                            + ", and head_dim is missing; take the file of the model again");
        }
        int headDim = fields.size("head_dim", hidden / heads);
        if ((long) heads * headDim > ConfigFields.MAX_SIZE) {
            throw new InputException(fields.where() + ": " + heads + " heads of width " + headDim + " are more than "
                    + ConfigFields.MAX_SIZE + " values; take the file of the model again");
        }
        return headDim;
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
                throw fields.unsupported(key + " " + fields.shown(key), "only null is");
            }
        }
    }

    private Set<Integer> localLayers(int layers) {
        JsonNode types = fields.json().path("layer_types");
        Set<Integer> local = new HashSet<>();
        if (fields.has("layer_types") && !types.isArray()) {
            throw new InputException(fields.where() + ": layer_types must be a list of layer types; it is "
                    + fields.shown("layer_types"));
        }
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
                    int first = fields.has("max_window_layers") ? fields.whole("max_window_layers", 0, MAX_LAYERS) : 28;
                    for (int layer = first; layer < layers; layer++) {
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
            case "llama3" -> llama3(rope);
            default -> throw rope.unsupported("rope type \"" + kind + "\"", "default, linear and llama3 are");
        };
        return new RopeSettings(theta, scaling);
    }

    private static RopeSettings.Scaling llama3(ConfigFields rope) {
        double low = rope.positive("low_freq_factor");
        double high = rope.positive("high_freq_factor");
        if (low >= high) {
            throw new InputException(rope.where() + ": low_freq_factor " + low + " must be below high_freq_factor "
                    + high + "; take the file of the model again");
        }
        return new RopeSettings.Scaling(
                rope.positive("factor"), low, high, rope.size("original_max_position_embeddings"));
    }
}
