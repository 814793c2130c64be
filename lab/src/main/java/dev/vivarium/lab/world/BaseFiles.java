package dev.vivarium.lab.world;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vivarium.engine.base.AtomicFiles;
import dev.vivarium.engine.base.Json;
import dev.vivarium.engine.text.BpeTrainer;
import dev.vivarium.engine.text.BpeVocabulary;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/** The files of a Hugging Face model directory apart from the weights. */
final class BaseFiles {
    private BaseFiles() {}

    /** Learns the tokenizer from documents and writes every file that is no weight. */
    static void write(Path directory, PretrainRecipe recipe, Corpus corpus) throws IOException {
        BpeVocabulary vocabulary = BpeTrainer.train(
                corpus.documents(recipe.tokenizer().documents()),
                new BpeTrainer.Settings(
                        recipe.tokenizer().vocabularySize(),
                        recipe.tokenizer().minimumCount(),
                        List.of(ChatFormat.END_OF_TEXT, ChatFormat.START, ChatFormat.END),
                        BpeTrainer.SpecialTokens.FIRST));
        int maxPositions = recipe.model().maxPositions();
        vocabulary.write(
                directory,
                new BpeVocabulary.Facts(
                        ChatFormat.TEMPLATE, null, ChatFormat.END, ChatFormat.END_OF_TEXT, maxPositions));
        AtomicFiles.writeString(directory.resolve("chat_template.jinja"), ChatFormat.TEMPLATE);
        int end = id(vocabulary, ChatFormat.END);
        int pad = id(vocabulary, ChatFormat.END_OF_TEXT);
        Json.write(
                directory.resolve("config.json"),
                config(recipe.model(), vocabulary.tokens().size(), end, pad));
        ObjectNode generation = Json.mapper().createObjectNode();
        generation.put("do_sample", true).put("temperature", 1.0).put("top_k", 0);
        generation.put("eos_token_id", end).put("pad_token_id", pad).put("max_new_tokens", 64);
        Json.write(directory.resolve("generation_config.json"), generation);
    }

    private static ObjectNode config(PretrainRecipe.Architecture model, int vocabulary, int end, int pad) {
        ObjectNode config = Json.mapper().createObjectNode();
        config.putArray("architectures").add("LlamaForCausalLM");
        config.put("model_type", "llama").put("dtype", "float32");
        config.put("vocab_size", vocabulary);
        config.put("hidden_size", model.hiddenSize());
        config.put("intermediate_size", model.intermediateSize());
        config.put("num_hidden_layers", model.layers());
        config.put("num_attention_heads", model.heads());
        config.put("num_key_value_heads", model.heads());
        config.put("head_dim", model.hiddenSize() / model.heads());
        config.put("hidden_act", "silu");
        config.put("max_position_embeddings", model.maxPositions());
        config.put("rms_norm_eps", model.rmsNormEps());
        config.put("rope_theta", model.ropeTheta());
        config.put("attention_bias", false).put("mlp_bias", false).put("attention_dropout", 0.0);
        config.put("tie_word_embeddings", true).put("use_cache", true);
        config.put("initializer_range", model.initDeviation());
        config.putNull("bos_token_id");
        config.put("eos_token_id", end).put("pad_token_id", pad);
        return config;
    }

    private static int id(BpeVocabulary vocabulary, String token) {
        return Objects.requireNonNull(vocabulary.specialTokens().get(token), token);
    }
}
