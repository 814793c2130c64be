package dev.vivarium.engine.gguf;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Json;
import dev.vivarium.engine.base.Printable;
import java.io.IOException;

/** Byte-level BPE, the tokenizer model {@code gpt2}: Llama 3, Qwen, SmolLM. */
final class ByteLevelScheme {
    private static final String MERGES = "tokenizer.ggml.merges";
    private static final int MAX_MERGE_BYTES = 2 * Tokens.MAX_TOKEN_BYTES + 1;

    private ByteLevelScheme() {}

    static Scheme of(GgufMetadata metadata, Tokens tokens) {
        PreTokenizer words = PreTokenizer.of(metadata);
        ObjectNode model = Json.mapper().createObjectNode().put("type", "BPE");
        model.putNull("dropout").putNull("unk_token");
        model.put("continuing_subword_prefix", "").put("end_of_word_suffix", "");
        model.put("fuse_unk", false).put("byte_fallback", false).put("ignore_merges", words.ignoreMerges());
        if (!metadata.has(MERGES)) {
            throw metadata.missing(MERGES);
        }
        return new Scheme(
                words.composed() ? Json.mapper().createObjectNode().put("type", "NFC") : null,
                words.json(),
                PreTokenizer.byteLevel(),
                PreTokenizer.byteLevel(),
                model,
                pairs -> merges(metadata, tokens, pairs),
                words.bos());
    }

    private static void merges(GgufMetadata metadata, Tokens tokens, Scheme.Pairs pairs) throws IOException {
        metadata.eachText(MERGES, MAX_MERGE_BYTES, merge -> {
            int space = merge.indexOf(' ', 1);
            String left = space < 0 ? merge : merge.substring(0, space);
            String right = space < 0 ? "" : merge.substring(space + 1);
            for (String part : new String[] {left, right, left + right}) {
                if (!tokens.ids().containsKey(part)) {
                    throw new InputException(metadata.where() + ": merge \"" + Printable.name(merge) + "\" speaks of \""
                            + Printable.name(part) + "\", which is no token; the file is malformed");
                }
            }
            pairs.take(left, right);
        });
    }
}
