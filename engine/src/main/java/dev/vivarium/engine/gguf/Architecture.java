package dev.vivarium.engine.gguf;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Printable;

/**
 * How llama.cpp's converter turned a model family into tensors and keys, and so what has to be undone.
 *
 * <p>Source: https://github.com/ggml-org/llama.cpp/blob/master/convert_hf_to_gguf.py
 *
 * @param name {@code general.architecture}, which is also the prefix of the family's keys
 * @param modelType as {@code config.json} names the family
 * @param modelClass the class of transformers
 * @param pairedRope the rows of q and k were reordered so that the two dimensions that turn together lie next to each other
 * @param biases which linear maps of attention have one
 * @param qkNorm q and k are normalised per head
 * @param gemma norms stand behind attention and MLP too, all are stored with 1 added, and most layers have a window
 */
record Architecture(
        String name,
        String modelType,
        String modelClass,
        boolean pairedRope,
        Biases biases,
        boolean qkNorm,
        boolean gemma) {

    /** Which linear maps of attention have a bias. */
    enum Biases {
        NONE,
        QKV,
        /** All four or none, as the file has it. */
        ALL_OR_NONE
    }

    static Architecture of(GgufMetadata metadata) {
        String key = "general.architecture";
        String name = metadata.text(key).orElseThrow(() -> metadata.missing(key));
        return switch (name) {
            case "llama" -> new Architecture(name, "llama", "LlamaForCausalLM", true, Biases.ALL_OR_NONE, false, false);
            case "qwen2" -> new Architecture(name, "qwen2", "Qwen2ForCausalLM", false, Biases.QKV, false, false);
            case "qwen3" -> new Architecture(name, "qwen3", "Qwen3ForCausalLM", false, Biases.NONE, true, false);
            case "gemma3" -> new Architecture(name, "gemma3_text", "Gemma3ForCausalLM", false, Biases.NONE, true, true);
            default ->
                throw new InputException(metadata.where() + ": architecture \""
                        + Printable.name(name)
                        + "\" is not supported; llama, qwen2, qwen3 and gemma3 are");
        };
    }
}
