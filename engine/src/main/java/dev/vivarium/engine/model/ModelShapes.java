package dev.vivarium.engine.model;

import java.util.LinkedHashMap;
import java.util.Map;

/** Names and shapes of all tensors of a decoder, in the order of the computation, as Hugging Face names them. */
public final class ModelShapes {
    public static final String EMBEDDING = "model.embed_tokens.weight";
    public static final String FINAL_NORM = "model.norm.weight";
    public static final String HEAD = "lm_head.weight";

    private ModelShapes() {}

    /** Tensor name to shape; linear weights are (out, in). */
    public static Map<String, long[]> of(ModelConfig config) {
        Map<String, long[]> shapes = new LinkedHashMap<>();
        shapes.put(EMBEDDING, new long[] {config.vocabSize(), config.hiddenSize()});
        for (int layer = 0; layer < config.layers(); layer++) {
            String block = "model.layers." + layer + ".";
            shapes.put(block + "input_layernorm.weight", new long[] {config.hiddenSize()});
            for (Module module : Module.values()) {
                if (module == Module.GATE_PROJ) {
                    shapes.put(block + "post_attention_layernorm.weight", new long[] {config.hiddenSize()});
                    if (config.style().outputNorms()) {
                        shapes.put(block + "pre_feedforward_layernorm.weight", new long[] {config.hiddenSize()});
                    }
                }
                shapes.put(
                        module.fullName(layer) + ".weight",
                        new long[] {module.outputSize(config), module.inputSize(config)});
                if (hasBias(config, module)) {
                    shapes.put(module.fullName(layer) + ".bias", new long[] {module.outputSize(config)});
                }
            }
            if (config.style().outputNorms()) {
                shapes.put(block + "post_feedforward_layernorm.weight", new long[] {config.hiddenSize()});
            }
            if (config.qkNorm()) {
                shapes.put(block + "self_attn.q_norm.weight", new long[] {config.headDim()});
                shapes.put(block + "self_attn.k_norm.weight", new long[] {config.headDim()});
            }
        }
        shapes.put(FINAL_NORM, new long[] {config.hiddenSize()});
        if (!config.tiedEmbeddings()) {
            shapes.put(HEAD, new long[] {config.vocabSize(), config.hiddenSize()});
        }
        return shapes;
    }

    private static boolean hasBias(ModelConfig config, Module module) {
        return switch (module) {
            case Q_PROJ, K_PROJ, V_PROJ -> config.qkvBias();
            case O_PROJ -> config.outputBias();
            case GATE_PROJ, UP_PROJ, DOWN_PROJ -> false;
        };
    }
}
