package dev.vivarium.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Json;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigReaderTest {
    private static final JsonNode DEFAULTS = Json.read(Parity.OWN.resolve("class-defaults.json"));
    private static final double ROUNDING = 1e-12;

    @ParameterizedTest
    @ValueSource(strings = {"qwen2", "qwen3", "llama", "gemma3_text"})
    void whatIsLeftOutIsWhatTransformersTakes(String type) {
        ObjectNode all = ((ObjectNode) DEFAULTS.get(type)).deepCopy().put("model_type", type);
        ObjectNode few = ((ObjectNode) json("{}")).put("model_type", type);
        if (!type.equals("gemma3_text")) {
            // sizes must be given in families whose published files give them
            for (String key : List.of(
                    "vocab_size",
                    "hidden_size",
                    "intermediate_size",
                    "num_hidden_layers",
                    "num_attention_heads",
                    "num_key_value_heads")) {
                few.set(key, all.get(key));
            }
            if (type.equals("llama")) {
                few.put("eos_token_id", 2); // no published file leaves it to the class
            }
        }
        assertThat(parse(few)).isEqualTo(parse(all));
    }

    @Test
    void publishedGemmaFilesAreRead() {
        ModelConfig four = parse(json("""
                {"model_type": "gemma3", "eos_token_id": [1, 106], "torch_dtype": "bfloat16",
                 "text_config": {"hidden_size": 2560, "intermediate_size": 10240, "model_type": "gemma3_text",
                   "num_hidden_layers": 34, "rope_scaling": {"factor": 8.0, "rope_type": "linear"},
                   "sliding_window": 1024},
                 "vision_config": {"hidden_size": 1152}}"""));
        assertThat(four.layers()).isEqualTo(34);
        assertThat(four.heads()).isEqualTo(8);
        assertThat(four.kvHeads()).isEqualTo(4);
        assertThat(four.headDim()).isEqualTo(256);
        assertThat(four.eosTokenIds()).containsExactly(1, 106);
        assertThat(four.tiedEmbeddings()).isTrue();
        assertThat(four.isPart()).isTrue();
        assertThat(four.rope()).isEqualTo(new RopeSettings(1e6, RopeSettings.Scaling.linear(8)));
        assertThat(four.local().rope()).isEqualTo(new RopeSettings(1e4, RopeSettings.Scaling.NONE));
        assertThat(four.local().window()).isEqualTo(1024);
        assertThat(four.local().layers()).hasSize(29).doesNotContain(5, 11, 17, 23, 29);
        assertThat(four.attentionScale()).isEqualTo(1 / 16.0, within(ROUNDING));

        ModelConfig one = parse(json("""
                {"model_type": "gemma3_text", "head_dim": 256, "hidden_size": 1152, "intermediate_size": 6912,
                 "num_attention_heads": 4, "num_hidden_layers": 26, "num_key_value_heads": 1, "vocab_size": 262144,
                 "query_pre_attn_scalar": 256, "rope_local_base_freq": 10000, "rope_scaling": null,
                 "rope_theta": 1000000, "sliding_window": 512, "sliding_window_pattern": 6,
                 "attn_logit_softcapping": null, "final_logit_softcapping": null}"""));
        assertThat(one.rope()).isEqualTo(new RopeSettings(1e6, RopeSettings.Scaling.NONE));
        assertThat(one.local().window()).isEqualTo(512);
        assertThat(one.isPart()).isFalse();
    }

    @Test
    void qwenHasWindowsOnlyWhereItSaysSo() {
        ObjectNode config = small("qwen2");
        config.put("sliding_window", 16).put("max_window_layers", 2);
        assertThat(parse(config.deepCopy().put("use_sliding_window", false)).local())
                .isEqualTo(LocalAttention.NONE);
        assertThat(parse(config.deepCopy().put("use_sliding_window", true)).local())
                .isEqualTo(new LocalAttention(16, new RopeSettings(1e4, RopeSettings.Scaling.NONE), Set.of(2, 3)));
        assertThat(parse(config.put("use_sliding_window", true).put("max_window_layers", 4))
                        .local())
                .isEqualTo(LocalAttention.NONE);
    }

    @Test
    void linearScalingDividesEveryFrequencyInEveryFamily() {
        ObjectNode config = small("llama");
        config.putObject("rope_scaling").put("type", "linear").put("factor", 4.0);
        double[] plain = parse(small("llama")).rope().frequencies(16);
        double[] stretched = parse(config).rope().frequencies(16);
        for (int i = 0; i < plain.length; i++) {
            assertThat(stretched[i]).isEqualTo(plain[i] / 4, within(ROUNDING));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "llama       | \"hidden_act\": \"gelu\"                        | hidden_act \"gelu\"",
                "gemma3_text | \"hidden_activation\": \"relu\"                 | hidden_activation \"relu\"",
                "llama       | \"mlp_bias\": true                              | mlp_bias",
                "llama       | \"use_sliding_window\": true                    | use_sliding_window",
                "llama       | \"quantization_config\": {\"bits\": 4}          | quantization_config",
                "gemma3_text | \"final_logit_softcapping\": 30.0               | final_logit_softcapping 30.0",
                "gemma3_text | \"attn_logit_softcapping\": 50                  | attn_logit_softcapping 50",
                "gemma3_text | \"use_bidirectional_attention\": true           | use_bidirectional_attention",
                "qwen3       | \"rope_scaling\": {\"rope_type\": \"yarn\", \"factor\": 4.0} | rope type \"yarn\"",
                "llama       | \"rope_parameters\": {\"partial_rotary_factor\": 0.5} | partial_rotary_factor",
                "gemma3_text | \"rope_parameters\": {\"rope_theta\": 10000.0}  | one rope for all layers",
                "qwen3       | \"layer_types\": [\"full_attention\", \"chunked_attention\", \"full_attention\","
                        + " \"full_attention\"] | layer type \"chunked_attention\"",
                "llama       | \"layer_types\": [\"full_attention\", \"sliding_attention\", \"full_attention\","
                        + " \"full_attention\"] | layer type \"sliding_attention\"",
                "mamba       | \"hidden_act\": \"silu\"                        | model type \"mamba\"",
            })
    void whatTheForwardPassCannotDoIsRefusedByName(String type, String entry, String words) {
        ObjectNode config = small(type);
        config.setAll((ObjectNode) json("{" + entry + "}"));
        assertThatThrownBy(() -> parse(config))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("config.json: ")
                .hasMessageContaining(words + " is not supported; ");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "qwen3       | \"layer_types\": [\"full_attention\"]           | layer_types names 1 layers",
                "gemma3_text | \"sliding_window\": 0                           | \"sliding_window\" must be a whole number",
                "gemma3_text | \"sliding_window_pattern\": 0                   | \"sliding_window_pattern\" must be",
                "gemma3_text | \"query_pre_attn_scalar\": -1                   | \"query_pre_attn_scalar\" must be a positive",
                "gemma3_text | \"rope_scaling\": {\"rope_type\": \"linear\"}   | \"factor\" must be a positive number; it is missing",
                "llama       | \"rope_theta\": -5                              | rope_theta must be positive",
                "qwen2       | \"rope_scaling\": 7                             | rope_scaling: expected a JSON object",
            })
    void valuesThatMakeNoSenseAreNamed(String type, String entry, String words) {
        ObjectNode config = small(type);
        config.setAll((ObjectNode) json("{" + entry + "}"));
        assertThatThrownBy(() -> parse(config))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(words);
    }

    @Test
    void aMultimodalModelOfAnotherKindIsRefused() {
        assertThatThrownBy(() -> parse(json("{\"model_type\": \"gemma3\"}")))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("text_config: expected a JSON object");
        assertThatThrownBy(() -> parse(json("{\"model_type\": \"gemma3\", \"text_config\": {\"model_type\": \"t5\"}}")))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("model type \"t5\" is not supported");
    }

    private static ObjectNode small(String type) {
        return ((ObjectNode) json("""
                {"vocab_size": 512, "hidden_size": 64, "intermediate_size": 96, "num_hidden_layers": 4,
                 "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 16}""")).put("model_type", type);
    }

    private static ModelConfig parse(JsonNode json) {
        return ConfigReader.parse(json, "config.json");
    }

    private static JsonNode json(String text) {
        return Json.parse(text.getBytes(StandardCharsets.UTF_8), "test");
    }
}
