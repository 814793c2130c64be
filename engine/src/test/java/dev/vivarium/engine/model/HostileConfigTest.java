package dev.vivarium.engine.model;

import dev.vivarium.engine.base.Refusals;
import dev.vivarium.engine.base.Refusals.Hostile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code config.json} with values that no model has. */
class HostileConfigTest {
    private static final String GOOD = """
            {"model_type": "qwen2", "vocab_size": 512, "hidden_size": 64, "intermediate_size": 96, "num_hidden_layers": 4,
             "num_attention_heads": 4, "num_key_value_heads": 2, "rope_theta": 10000.0, "rms_norm_eps": 1e-6,
             "eos_token_id": 2, "tie_word_embeddings": true}""";

    @TempDir
    Path dir;

    static List<Hostile> hostileConfigs() {
        List<Hostile> all = new ArrayList<>();
        add(all, "empty file", "", "empty");
        add(all, "a list", "[]", "expected a JSON object");
        add(all, "torn", GOOD.substring(0, 150), "malformed JSON");
        add(all, "text after it", GOOD + " {}", "more text follows");
        add(all, "key twice", GOOD.replace("{\"model", "{\"vocab_size\": 1, \"model"), "Duplicate field 'vocab_size'");
        add(all, "nested too deep", with("x", "[".repeat(9_000) + "]".repeat(9_000)), "nesting depth");
        add(all, "larger than any", with("x", "\"" + "x".repeat(600_000) + "\""), "larger than 500000 bytes");
        add(all, "number of a thousand digits", with("vocab_size", "9".repeat(1_000)), "malformed JSON");
        add(all, "NaN", with("rms_norm_eps", "NaN"), "malformed JSON");
        add(all, "pickle", "\u0080\u0002}q", "malformed JSON");
        add(all, "no type", with("model_type", "null"), "\"model_type\" is missing");
        add(all, "type as a number", with("model_type", "3"), "\"model_type\" must be a text; it is 3");
        add(all, "type that steers a terminal", with("model_type", "\"\\u001b[2J\\n\""), "model type \"?[2J?\" is not");
        add(all, "endless type", with("model_type", "\"" + "x".repeat(200_000) + "\""), "xxx...\" is not supported");
        for (String size : List.of(
                "vocab_size", "hidden_size", "intermediate_size", "num_attention_heads", "max_position_embeddings")) {
            for (String value : List.of("0", "-1", "2147483647", "1e9", "64.5", "\"64\"", "[64]", "{}", "true")) {
                add(all, size + " " + value, with(size, value), "\"" + size + "\" must be a whole number from 1 to");
            }
        }
        add(all, "layers beyond any", with("num_hidden_layers", "1001"), "must be a whole number from 1 to 1000");
        add(all, "heads that do not divide", with("num_attention_heads", "5"), "no multiple of num_attention_heads 5");
        add(all, "key heads that do not divide", with("num_key_value_heads", "3"), "num_key_value_heads must divide");
        add(all, "odd heads", with("head_dim", "15"), "head_dim must be positive and even");
        add(all, "heads of vast width", with("head_dim", "9999998"), "4 heads of width 9999998 are more than");
        add(all, "epsilon 0", with("rms_norm_eps", "0"), "rms_norm_eps and rope_theta must be positive");
        add(all, "epsilon endless", with("rms_norm_eps", "1e999"), "\"rms_norm_eps\" must be a number; it is");
        add(all, "epsilon as a text", with("rms_norm_eps", "\"NaN\""), "\"rms_norm_eps\" must be a number; it is");
        add(all, "theta endless", with("rope_theta", "-1e999"), "\"rope_theta\" must be a number");
        add(all, "theta too small to be", with("rope_theta", "1e-999"), "rope_theta must be positive");
        add(all, "tied as a text", with("tie_word_embeddings", "\"no\""), "must be true or false; it is \"no\"");
        add(all, "end token as a text", with("eos_token_id", "\"2\""), "eos_token_id must be a token id or a list");
        add(all, "end token beyond 32 bits", with("eos_token_id", "4294967298"), "eos_token_id must be a token id");
        add(all, "end token negative", with("eos_token_id", "[2, -1]"), "eos_token_id must be a token id");
        add(all, "end token in a list in a list", with("eos_token_id", "[[2]]"), "eos_token_id must be a token id");
        String windows = "true, \"sliding_window\": 16, \"max_window_layers\": ";
        add(
                all,
                "windows from -1e300 on",
                with("use_sliding_window", windows + "-1e300"),
                "\"max_window_layers\" must");
        add(all, "windows from -2^31 on", with("use_sliding_window", windows + "-2147483648"), "\"max_window_layers\"");
        add(all, "layer types as a text", with("layer_types", "\"full\""), "layer_types must be a list");
        add(all, "layer types of another number", with("layer_types", "[]"), "layer_types names 0 layers");
        add(all, "layer types nested", with("layer_types", "[[],[],[],[]]"), "layer type \"\" is not supported");
        add(all, "rope as a list", with("rope_scaling", "[]"), "expected a JSON object");
        add(all, "rope of no type", with("rope_scaling", "{\"type\": 7}"), "\"type\" must be a text; it is 7");
        String llama3 = "{\"rope_type\": \"llama3\", \"factor\": 8, \"original_max_position_embeddings\": ";
        add(
                all,
                "rope with factors the wrong way round",
                with("rope_scaling", llama3 + "8192, \"low_freq_factor\": 4, \"high_freq_factor\": 4}"),
                "must be below high_freq_factor");
        add(
                all,
                "rope of a vast context",
                with("rope_scaling", llama3 + "1e300, \"low_freq_factor\": 1, \"high_freq_factor\": 4}"),
                "\"original_max_position_embeddings\" must be a whole number");
        return all;
    }

    private static String with(String key, String value) {
        String others = GOOD.replaceAll("\"" + key + "\": [^,}]*,?", "").replaceFirst(",\\s*}$", "}");
        return "{\"" + key + "\": " + value + ", " + others.substring(1);
    }

    private static void add(List<Hostile> all, String name, String content, String sentence) {
        all.add(new Hostile(name, content, sentence));
    }

    @ParameterizedTest
    @MethodSource("hostileConfigs")
    void hostileConfigIsRefusedInOneSentence(Hostile hostile) throws IOException {
        Files.writeString(dir.resolve("config.json"), hostile.content());
        Refusals.assertRefused(dir, () -> ModelDirectory.open(dir), hostile.sentence());
    }

    @ParameterizedTest
    @MethodSource("hostileGenerationConfigs")
    void hostileGenerationConfigIsRefusedInOneSentence(Hostile hostile) throws IOException {
        Files.writeString(dir.resolve("config.json"), GOOD);
        Files.writeString(dir.resolve("generation_config.json"), hostile.content());
        Refusals.assertRefused(dir, () -> ModelDirectory.open(dir), hostile.sentence());
    }

    static List<Hostile> hostileGenerationConfigs() {
        List<Hostile> all = new ArrayList<>();
        add(all, "empty file", "", "empty");
        add(all, "a number", "7", "expected a JSON object");
        add(all, "end token of another kind", "{\"eos_token_id\": {}}", "eos_token_id must be a token id");
        add(all, "end token twice", "{\"eos_token_id\": 1, \"eos_token_id\": 2}", "Duplicate field");
        return all;
    }
}
