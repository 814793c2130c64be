package dev.vivarium.engine.gguf;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * SentencePiece BPE, the tokenizer model {@code llama}: Gemma, Llama 2.
 *
 * <p>Such a model merges the two neighbours whose union has the highest score, so the pairs of a {@code tokenizer.json} are
 * all ways to split a token into two others, in the order of the scores. Characters without a token become their bytes.
 * Layout as transformers writes it for these families:
 * https://github.com/huggingface/transformers/blob/main/src/transformers/convert_slow_tokenizer.py (generate_merges,
 * LlamaConverter, GemmaConverter).
 */
final class SentencePieceScheme {
    private static final String SCORES = "tokenizer.ggml.scores";
    static final String BLANK = "\u2581";

    private SentencePieceScheme() {}

    private record Merge(int left, int right, int merged, float score) {}

    static Scheme of(GgufMetadata metadata, Tokens tokens, SpecialTokens roles) {
        float[] scores = metadata.floats(SCORES);
        if (scores == null) {
            throw metadata.missing(SCORES);
        }
        if (scores.length != tokens.count()) {
            throw new InputException(metadata.where() + ": metadata \"" + SCORES + "\" has " + scores.length
                    + " values but there are " + tokens.count() + " tokens; the file is malformed");
        }
        if (metadata.flag("tokenizer.ggml.remove_extra_whitespaces").orElse(false)) {
            throw new InputException(
                    metadata.where() + ": metadata \"tokenizer.ggml.remove_extra_whitespaces\" is true,"
                            + " which is not supported; take the model's own Hugging Face directory");
        }
        boolean prefix = metadata.flag("tokenizer.ggml.add_space_prefix").orElse(true);
        ObjectNode model = Json.mapper().createObjectNode().put("type", "BPE");
        model.putNull("dropout");
        if (roles.unknown().isPresent()) {
            model.put("unk_token", tokens.texts().get(roles.unknown().getAsInt()));
        } else {
            model.putNull("unk_token");
        }
        model.putNull("continuing_subword_prefix").putNull("end_of_word_suffix");
        model.put("fuse_unk", true).put("byte_fallback", true).put("ignore_merges", false);
        List<Merge> merges = merges(tokens, scores);
        return new Scheme(
                normalizer(prefix), null, null, decoder(prefix), model, pairs -> write(merges, tokens, pairs), true);
    }

    private static List<Merge> merges(Tokens tokens, float[] scores) {
        List<Merge> merges = new ArrayList<>();
        for (int id = 0; id < tokens.count(); id++) {
            if (tokens.types()[id] != Tokens.NORMAL) {
                continue;
            }
            String text = tokens.texts().get(id);
            for (int cut = text.offsetByCodePoints(0, 1); cut < text.length(); cut = text.offsetByCodePoints(cut, 1)) {
                Integer left = tokens.ids().get(text.substring(0, cut));
                Integer right = tokens.ids().get(text.substring(cut));
                if (left != null && right != null) {
                    merges.add(new Merge(left, right, id, scores[id]));
                }
            }
        }
        merges.sort(Comparator.comparingDouble((Merge merge) -> -merge.score)
                .thenComparingInt(Merge::merged)
                .thenComparingInt(Merge::left));
        return merges;
    }

    private static void write(List<Merge> merges, Tokens tokens, Scheme.Pairs pairs) throws IOException {
        for (Merge merge : merges) {
            pairs.take(tokens.texts().get(merge.left), tokens.texts().get(merge.right));
        }
    }

    private static ObjectNode normalizer(boolean prefix) {
        ObjectNode replace = replace(" ", BLANK);
        if (!prefix) {
            return replace;
        }
        ObjectNode root = Json.mapper().createObjectNode().put("type", "Sequence");
        ArrayNode steps = root.putArray("normalizers");
        steps.addObject().put("type", "Prepend").put("prepend", BLANK);
        steps.add(replace);
        return root;
    }

    private static ObjectNode decoder(boolean prefix) {
        ObjectNode root = Json.mapper().createObjectNode().put("type", "Sequence");
        ArrayNode steps = root.putArray("decoders");
        steps.add(replace(BLANK, " "));
        steps.addObject().put("type", "ByteFallback");
        steps.addObject().put("type", "Fuse");
        if (prefix) {
            steps.addObject()
                    .put("type", "Strip")
                    .put("content", " ")
                    .put("start", 1)
                    .put("stop", 0);
        }
        return root;
    }

    private static ObjectNode replace(String from, String to) {
        ObjectNode root = Json.mapper().createObjectNode().put("type", "Replace");
        root.putObject("pattern").put("String", from);
        return root.put("content", to);
    }
}
