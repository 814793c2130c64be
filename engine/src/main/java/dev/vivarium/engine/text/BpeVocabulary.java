package dev.vivarium.engine.text;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vivarium.engine.base.AtomicFiles;
import dev.vivarium.engine.base.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A learnt byte-level vocabulary, to be written as a Hugging Face tokenizer.
 *
 * @param tokens spelling of every token by id, bytes as GPT-2's characters, special tokens as they are
 * @param merges pairs in the order in which they were learnt, {@code "left right"}
 * @param specialTokens ids of the tokens that are never split
 */
public record BpeVocabulary(List<String> tokens, List<String> merges, Map<String, Integer> specialTokens) {

    /**
     * What {@code tokenizer_config.json} says beside the vocabulary.
     *
     * @param chatTemplate Jinja text
     * @param bosToken opens a text, where the model has such a token
     * @param eosToken ends a turn
     * @param padToken fills rows
     * @param modelMaxLength longest text in tokens
     */
    public record Facts(
            String chatTemplate, @Nullable String bosToken, String eosToken, String padToken, int modelMaxLength) {}

    /** Writes {@code tokenizer.json} and {@code tokenizer_config.json} into {@code directory}. */
    public void write(Path directory, Facts facts) throws IOException {
        AtomicFiles.writeString(directory.resolve(Tokenizer.FILE), tokenizerJson());
        AtomicFiles.writeString(directory.resolve(Tokenizer.CONFIG_FILE), configJson(facts));
    }

    /** The text of {@code tokenizer.json}. */
    public String tokenizerJson() throws IOException {
        ObjectNode root = Json.mapper().createObjectNode();
        root.put("version", "1.0").putNull("truncation").putNull("padding");
        ArrayNode added = root.putArray("added_tokens");
        specialTokens.forEach((token, id) -> added.addObject()
                .put("id", id)
                .put("content", token)
                .put("single_word", false)
                .put("lstrip", false)
                .put("rstrip", false)
                .put("normalized", false)
                .put("special", true));
        root.putNull("normalizer");
        ArrayNode steps =
                root.putObject("pre_tokenizer").put("type", "Sequence").putArray("pretokenizers");
        ObjectNode split = steps.addObject().put("type", "Split");
        split.putObject("pattern").put("Regex", BpeTrainer.WORDS);
        split.put("behavior", "Isolated").put("invert", false);
        byteLevel(steps.addObject());
        byteLevel(root.putObject("post_processor"));
        byteLevel(root.putObject("decoder"));
        ObjectNode model = root.putObject("model").put("type", "BPE");
        model.putNull("dropout").putNull("unk_token");
        model.put("continuing_subword_prefix", "").put("end_of_word_suffix", "");
        model.put("fuse_unk", false).put("byte_fallback", false).put("ignore_merges", false);
        ObjectNode vocab = model.putObject("vocab");
        for (int id = 0; id < tokens.size(); id++) {
            vocab.put(tokens.get(id), id);
        }
        ArrayNode list = model.putArray("merges");
        merges.forEach(list::add);
        return Json.mapper().writerWithDefaultPrettyPrinter().writeValueAsString(root) + "\n";
    }

    private static void byteLevel(ObjectNode node) {
        node.put("type", "ByteLevel").put("add_prefix_space", false);
        node.put("trim_offsets", false).put("use_regex", false);
    }

    private String configJson(Facts facts) throws IOException {
        ObjectNode root = Json.mapper().createObjectNode();
        root.put("add_bos_token", false).put("add_prefix_space", false);
        ObjectNode decoder = root.putObject("added_tokens_decoder");
        specialTokens.forEach((token, id) -> decoder.putObject(Integer.toString(id))
                .put("content", token)
                .put("lstrip", false)
                .put("normalized", false)
                .put("rstrip", false)
                .put("single_word", false)
                .put("special", true));
        root.put("bos_token", facts.bosToken());
        root.put("chat_template", facts.chatTemplate());
        root.put("clean_up_tokenization_spaces", false);
        root.put("eos_token", facts.eosToken());
        root.put("model_max_length", facts.modelMaxLength());
        root.put("pad_token", facts.padToken());
        root.put("tokenizer_class", "PreTrainedTokenizerFast");
        root.putNull("unk_token");
        return Json.mapper().writerWithDefaultPrettyPrinter().writeValueAsString(root) + "\n";
    }
}
