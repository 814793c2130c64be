package dev.vivarium.engine.gguf;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vivarium.engine.base.Json;
import dev.vivarium.engine.base.Progress;
import dev.vivarium.engine.model.ModelConfig;
import dev.vivarium.engine.model.ModelDirectory;
import dev.vivarium.engine.model.Parity;
import dev.vivarium.engine.tensor.Tensors;
import dev.vivarium.engine.weights.WeightFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The models of the parity cases, turned into files by the rules of llama.cpp's converter and imported again: the
 * configuration must mean the same and every weight must have its bits, so that the cases hold for imported models too.
 */
class GgufParityTest {
    /** Half a unit in the last place of 2: the converter adds 1 to Gemma's norms, which rounds them. */
    private static final double ONE_ADDED = 0x1p-23;

    @TempDir
    Path dir;

    @ParameterizedTest
    @CsvSource({
        "qwen2,qwen2",
        "qwen2-untied,qwen2",
        "qwen2-bf16,qwen2",
        "qwen3,qwen3",
        "llama-3.1,llama",
        "llama-3.2,llama",
        "gemma3-text,gemma3"
    })
    void anImportedModelIsTheOneThatWasConverted(String name, String architecture) throws IOException {
        Path model = Parity.of(name).file("model");
        JsonNode json = Json.read(model.resolve("config.json"));
        ModelConfig config = ModelDirectory.open(model).config();
        GgufBuilder file = metadata(architecture, json, config);
        if (architecture.equals("llama")) {
            float[] factors = ropeFactors(json.get("rope_parameters"), config.headDim());
            file.floatTensor("rope_freqs.weight", factors, factors.length);
        }
        try (WeightFiles weights = WeightFiles.open(model)) {
            for (String tensor : weights.names()) {
                add(file, tensor, weights, architecture, config);
            }
        }
        Path gguf = Files.write(dir.resolve("model.gguf"), file.build());
        Path out = dir.resolve("model");

        GgufImport.run(gguf, out, FloatFormat.FLOAT32, Progress.SILENT);

        if (architecture.equals("gemma3")) { // this case scales its attention as no Gemma does, and no file can say so
            assertThat(json.get("query_pre_attn_scalar").intValue()).isEqualTo(30);
            ObjectNode written = (ObjectNode) Json.read(out.resolve("config.json"));
            assertThat(written.get("query_pre_attn_scalar").intValue()).isEqualTo(config.headDim());
            Json.write(out.resolve("config.json"), written.put("query_pre_attn_scalar", 30));
        }
        ModelDirectory imported = ModelDirectory.open(out);
        imported.checkWeights();
        assertThat(imported.config()).isEqualTo(config);
        double tolerance = architecture.equals("gemma3") ? ONE_ADDED : 0;
        try (WeightFiles expected = WeightFiles.open(model);
                WeightFiles actual = WeightFiles.open(out)) {
            assertThat(actual.names()).containsExactlyInAnyOrderElementsOf(expected.names());
            for (String tensor : expected.names()) {
                float[] values = Tensors.toFloats(actual.get(tensor));
                float[] wanted = Tensors.toFloats(expected.get(tensor));
                assertThat(values).as(tensor).hasSameSizeAs(wanted);
                for (int i = 0; i < values.length; i++) {
                    boolean norm = tensor.contains("norm");
                    assertThat(Math.abs(values[i] - wanted[i]))
                            .as("%s at %s", tensor, i)
                            .isLessThanOrEqualTo((float) (norm ? tolerance : 0));
                }
            }
        }
    }

    @Test
    void llama3sOwnConstantsAreTakenWhereTheFileDoesNotSayThem() throws IOException {
        JsonNode rope = Json.mapper()
                .createObjectNode()
                .put("rope_theta", 1e12) // so that two frequencies reach both ends of the rule
                .put("factor", 32.0)
                .put("low_freq_factor", 1.0)
                .put("high_freq_factor", 4.0)
                .put("original_max_position_embeddings", 8192);
        GgufBuilder file = SmallModels.llama()
                .f32("llama.rope.freq_base", 1e12f)
                .floatTensor("rope_freqs.weight", ropeFactors(rope, 4), 2);
        Path gguf = Files.write(dir.resolve("model.gguf"), file.build());

        GgufImport.run(gguf, dir.resolve("model"), FloatFormat.FLOAT32, Progress.SILENT);

        JsonNode scaling = Json.read(dir.resolve("model/config.json")).get("rope_scaling");
        assertThat(scaling.get("rope_type").textValue()).isEqualTo("llama3");
        assertThat(scaling.get("factor").doubleValue()).isEqualTo(32);
        assertThat(scaling.get("original_max_position_embeddings").intValue()).isEqualTo(8192);
    }

    private static GgufBuilder metadata(String architecture, JsonNode json, ModelConfig config) {
        String family = architecture + ".";
        List<String> tokens = new ArrayList<>(SmallModels.bytes());
        int[] types = new int[config.vocabSize()];
        for (int id = 0; id < types.length; id++) {
            types[id] = id < 256 ? Tokens.NORMAL : Tokens.CONTROL;
            if (id >= 256) {
                tokens.add("<|" + id + "|>");
            }
        }
        GgufBuilder file = new GgufBuilder()
                .text("general.architecture", architecture)
                .u32(family + "block_count", config.layers())
                .u32(family + "context_length", config.maxPositions())
                .u32(family + "embedding_length", config.hiddenSize())
                .u32(family + "feed_forward_length", config.intermediateSize())
                .u32(family + "attention.head_count", config.heads())
                .u32(family + "attention.head_count_kv", config.kvHeads())
                .u32(family + "attention.key_length", config.headDim())
                .f32(family + "rope.freq_base", (float) config.rope().theta())
                .f32(family + "attention.layer_norm_rms_epsilon", (float) config.rmsNormEps())
                .text("tokenizer.ggml.model", "gpt2")
                .text("tokenizer.ggml.pre", architecture.equals("llama") ? "llama-bpe" : "qwen2")
                .texts("tokenizer.ggml.tokens", tokens)
                .ints("tokenizer.ggml.token_type", types)
                .texts("tokenizer.ggml.merges", List.of());
        List<String> keys = List.of("eos_token_id", "eot_token_id", "eom_token_id");
        for (int i = 0; i < config.eosTokenIds().size(); i++) {
            file.u32("tokenizer.ggml." + keys.get(i), config.eosTokenIds().get(i));
        }
        if (architecture.equals("gemma3")) {
            file.u32(family + "attention.sliding_window", config.local().window())
                    .text(family + "rope.scaling.type", "linear")
                    .f32(family + "rope.scaling.factor", 8);
        }
        if (architecture.equals("llama")) {
            file.u32(
                    family + "rope.scaling.original_context_length",
                    json.get("rope_parameters")
                            .get("original_max_position_embeddings")
                            .intValue());
        }
        return file;
    }

    private static void add(
            GgufBuilder file, String name, WeightFiles weights, String architecture, ModelConfig config) {
        long[] shape = weights.shape(name);
        float[] values = Tensors.toFloats(weights.get(name));
        boolean query = name.contains("q_proj");
        if (architecture.equals("llama") && (query || name.contains("k_proj"))) {
            values = paired(values, query ? config.heads() : config.kvHeads(), config.headDim());
        }
        long[] dims = shape.length == 1 ? shape : new long[] {shape[1], shape[0]};
        if (architecture.equals("gemma3") && name.contains("norm")) {
            for (int i = 0; i < values.length; i++) {
                values[i] += 1;
            }
        }
        file.floatTensor(fileName(name, architecture), values, dims);
    }

    private static String fileName(String name, String architecture) {
        boolean gemma = architecture.equals("gemma3");
        return name.replace("model.layers.", "blk.")
                .replace("model.embed_tokens", "token_embd")
                .replace("lm_head", "output")
                .replace("model.norm", "output_norm")
                .replace("input_layernorm", "attn_norm")
                .replace("post_attention_layernorm", gemma ? "post_attention_norm" : "ffn_norm")
                .replace("pre_feedforward_layernorm", "ffn_norm")
                .replace("post_feedforward_layernorm", "post_ffw_norm")
                .replace("self_attn.o_proj", "attn_output")
                .replaceFirst("self_attn\\.([qkv])_proj", "attn_$1")
                .replaceFirst("self_attn\\.([qk])_norm", "attn_$1_norm")
                .replaceFirst("mlp\\.(\\w+)_proj", "ffn_$1");
    }

    /** As the converter: a head seen as (2, half) rows becomes (half, 2). */
    private static float[] paired(float[] values, int heads, int headDim) {
        int columns = values.length / heads / headDim;
        float[] paired = new float[values.length];
        int to = 0;
        for (int head = 0; head < heads; head++) {
            for (int j = 0; j < headDim / 2; j++) {
                for (int a = 0; a < 2; a++) {
                    int from = (head * headDim + a * headDim / 2 + j) * columns;
                    System.arraycopy(values, from, paired, to, columns);
                    to += columns;
                }
            }
        }
        return paired;
    }

    private static float[] ropeFactors(JsonNode rope, int headDim) {
        double original = rope.get("original_max_position_embeddings").doubleValue();
        double low = rope.get("low_freq_factor").doubleValue();
        double high = rope.get("high_freq_factor").doubleValue();
        double factor = rope.get("factor").doubleValue();
        float[] factors = new float[headDim / 2];
        for (int i = 0; i < factors.length; i++) {
            double wavelength = 2 * Math.PI * Math.pow(rope.get("rope_theta").doubleValue(), 2.0 * i / headDim);
            double smooth = (original / wavelength - low) / (high - low);
            factors[i] = (float)
                    (wavelength < original / high
                            ? 1
                            : wavelength > original / low ? factor : 1 / ((1 - smooth) / factor + smooth));
        }
        return factors;
    }
}
