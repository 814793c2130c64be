package dev.vivarium.engine.gguf;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Json;
import dev.vivarium.engine.base.Printable;
import java.util.List;
import java.util.Optional;

/**
 * How a byte-level tokenizer cuts a text into words before it merges: what {@code tokenizer.ggml.pre} stands for.
 *
 * <p>The names and their patterns: https://github.com/ggml-org/llama.cpp/blob/master/src/llama-vocab.cpp (llm_tokenizer_bpe).
 * Where the pattern there is a rewriting of the model's own, the model's own is taken.
 *
 * @param digits every numeral stands alone before anything else is cut
 * @param patterns each cuts what the ones before it left
 * @param ignoreMerges a word that is a token as a whole stays whole
 * @param composed texts are brought into the composed Unicode form (NFC) first
 * @param bos the beginning-of-text token is set before a text unless the file says otherwise
 */
record PreTokenizer(boolean digits, List<String> patterns, boolean ignoreMerges, boolean composed, boolean bos) {
    static final String KEY = "tokenizer.ggml.pre";

    private static final String GPT2 =
            "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";
    private static final String LLAMA3 = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}"
            + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
    private static final String QWEN2 = LLAMA3.replace("\\p{N}{1,3}", "\\p{N}");

    /** @throws InputException if the file names none or one that is not known: a guess would give wrong tokens */
    static PreTokenizer of(GgufMetadata metadata) {
        Optional<String> name = metadata.text(KEY);
        if (name.isEmpty()) {
            throw new InputException(
                    metadata.where() + ": metadata \"" + KEY + "\" is missing, so how texts are cut into"
                            + " words is not known; take a conversion of the model from May 2024 or later");
        }
        return switch (name.get()) {
            case "smollm", "starcoder", "refact" -> new PreTokenizer(true, List.of(GPT2), false, false, false);
            case "gpt-2" -> new PreTokenizer(false, List.of(GPT2), false, false, false);
            case "llama-bpe", "llama3", "llama-v3" -> new PreTokenizer(false, List.of(LLAMA3), true, false, true);
            case "qwen2" -> new PreTokenizer(false, List.of(QWEN2), false, true, false);
            case "default" ->
                new PreTokenizer(
                        false,
                        List.of("[\\p{P}\\$\\+<=>\\^~\\|]+", GPT2, "\\p{N}+", "[0-9][0-9][0-9]"),
                        false,
                        false,
                        false);
            default ->
                throw new InputException(metadata.where() + ": pre-tokenizer \"" + Printable.name(name.get())
                        + "\" is not supported; smollm, starcoder, refact, gpt-2, llama-bpe, qwen2 and default are, so"
                        + " take the model's own Hugging Face directory");
        };
    }

    /** The {@code pre_tokenizer} of a {@code tokenizer.json}. */
    ObjectNode json() {
        ObjectNode root = Json.mapper().createObjectNode().put("type", "Sequence");
        ArrayNode steps = root.putArray("pretokenizers");
        if (digits) {
            steps.addObject().put("type", "Digits").put("individual_digits", true);
        }
        for (String pattern : patterns) {
            ObjectNode split = steps.addObject().put("type", "Split");
            split.putObject("pattern").put("Regex", pattern);
            split.put("behavior", "Isolated").put("invert", false);
        }
        steps.add(byteLevel());
        return root;
    }

    /** Bytes as characters, with nothing cut or trimmed: a step, a post-processor and a decoder. */
    static ObjectNode byteLevel() {
        return Json.mapper()
                .createObjectNode()
                .put("type", "ByteLevel")
                .put("add_prefix_space", false)
                .put("trim_offsets", false)
                .put("use_regex", false);
    }
}
