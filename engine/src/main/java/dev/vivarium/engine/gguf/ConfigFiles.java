package dev.vivarium.engine.gguf;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Json;
import java.util.Map;

/** The metadata of a file as {@code config.json} and {@code generation_config.json}. */
final class ConfigFiles {
    /** Gemma 3 has a global layer after so many local ones and itself, and no key for it in most files. */
    private static final int GEMMA_PATTERN = 6;

    /** The one Gemma 3 whose attention is scaled by hidden size / heads instead of the head's width (27B) has so many. */
    private static final int GEMMA_27B_BLOCKS = 62;

    /** Numbers that change what a model computes and have no place in these families, with the value that changes nothing. */
    private static final Map<String, Integer> CHANGING = Map.ofEntries(
            Map.entry("expert_count", 0),
            Map.entry("pooling_type", 0),
            Map.entry("attention.scale", 0),
            Map.entry("attention.clamp_kqv", 0),
            Map.entry("attention.max_alibi_bias", 0),
            Map.entry("attn_logit_softcapping", 0),
            Map.entry("final_logit_softcapping", 0),
            Map.entry("logit_scale", 1),
            Map.entry("residual_scale", 1),
            Map.entry("embedding_scale", 1),
            Map.entry("rope.scale_linear", 1),
            Map.entry("rope.scaling.attn_factor", 1));

    private final GgufFile file;
    private final GgufMetadata metadata;
    private final Architecture architecture;
    private final Shape shape;
    private final String family;

    ConfigFiles(GgufFile file, Architecture architecture, Shape shape) {
        this.file = file;
        this.metadata = file.metadata();
        this.architecture = architecture;
        this.shape = shape;
        this.family = architecture.name() + ".";
    }

    ObjectNode config(FloatFormat format, SpecialTokens tokens) {
        refuseChanging();
        int context = Shape.size(metadata, family + "context_length");
        double theta = metadata.number(family + "rope.freq_base").orElse(10_000);
        ObjectNode config = Json.mapper().createObjectNode();
        config.putArray("architectures").add(architecture.modelClass());
        config.put("model_type", architecture.modelType())
                .put("torch_dtype", format.torchName())
                .put("vocab_size", shape.vocabulary())
                .put("hidden_size", shape.hidden())
                .put("intermediate_size", shape.intermediate())
                .put("num_hidden_layers", shape.layers())
                .put("num_attention_heads", shape.heads())
                .put("num_key_value_heads", shape.kvHeads())
                .put("head_dim", shape.headDim())
                .put("max_position_embeddings", context)
                .put("rms_norm_eps", epsilon())
                .put("rope_theta", theta)
                .put("attention_bias", shape.biases() && architecture.biases() == Architecture.Biases.ALL_OR_NONE)
                .put("attention_dropout", 0.0)
                .put("tie_word_embeddings", shape.tied())
                .put("use_cache", true)
                .put("initializer_range", 0.02);
        ObjectNode scaling = RopeRule.of(file, architecture, shape.headDim(), theta);
        config.set("rope_scaling", scaling);
        if (architecture.gemma()) {
            addGemma(config);
        } else {
            refuseWindow(context);
            config.put("hidden_act", "silu");
        }
        if (architecture.name().equals("llama")) {
            config.put("mlp_bias", false);
        }
        return addTokens(config, tokens);
    }

    ObjectNode generationConfig(SpecialTokens tokens) {
        return addTokens(Json.mapper().createObjectNode(), tokens);
    }

    private static ObjectNode addTokens(ObjectNode node, SpecialTokens tokens) {
        tokens.bos().ifPresent(id -> node.put("bos_token_id", id));
        if (tokens.ends().size() == 1) {
            node.put("eos_token_id", tokens.ends().getFirst());
        } else if (tokens.ends().size() > 1) {
            ArrayNode ends = node.putArray("eos_token_id");
            tokens.ends().forEach(ends::add);
        }
        tokens.padding().ifPresent(id -> node.put("pad_token_id", id));
        return node;
    }

    private void addGemma(ObjectNode config) {
        boolean largest = shape.layers() == GEMMA_27B_BLOCKS;
        config.put("hidden_activation", "gelu_pytorch_tanh")
                .put("query_pre_attn_scalar", largest ? shape.hidden() / shape.heads() : shape.headDim())
                .put("sliding_window", Shape.size(metadata, family + "attention.sliding_window"))
                .put(
                        "sliding_window_pattern",
                        metadata.index(family + "attention.sliding_window_pattern")
                                .orElse(GEMMA_PATTERN))
                .put(
                        "rope_local_base_freq",
                        metadata.number(family + "rope.freq_base_swa").orElse(10_000))
                .putNull("attn_logit_softcapping")
                .putNull("final_logit_softcapping");
    }

    private double epsilon() {
        String key = family + "attention.layer_norm_rms_epsilon";
        double epsilon = metadata.number(key).orElseThrow(() -> metadata.missing(key));
        if (!(epsilon > 0 && epsilon < 1)) {
            throw new InputException(metadata.where() + ": metadata \"" + key + "\" is " + epsilon
                    + ", not between 0 and 1; the file is malformed");
        }
        return epsilon;
    }

    private void refuseChanging() {
        CHANGING.forEach((name, neutral) -> {
            double value = metadata.number(family + name).orElse(neutral);
            if (value != neutral) {
                throw unsupported(name, Double.toString(value).replaceFirst("\\.0$", ""));
            }
        });
        if (!metadata.flag(family + "attention.causal").orElse(true)) {
            throw unsupported("attention.causal", "false");
        }
        if (metadata.flag(family + "use_parallel_residual").orElse(false)) {
            throw unsupported("use_parallel_residual", "true");
        }
    }

    private void refuseWindow(int context) {
        long window = metadata.integer(family + "attention.sliding_window").orElse(0);
        if (window != 0 && window < context) {
            throw unsupported("attention.sliding_window", Long.toString(window));
        }
    }

    private InputException unsupported(String name, String value) {
        return new InputException(metadata.where() + ": metadata \"" + family + name + "\" is " + value + ", which no "
                + architecture.modelType() + " model can express; such a model is not supported");
    }
}
