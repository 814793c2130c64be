package dev.vivarium.engine.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Json;
import dev.vivarium.engine.base.Progress;
import dev.vivarium.engine.model.ModelDirectory;
import dev.vivarium.engine.tensor.Tensors;
import dev.vivarium.engine.weights.WeightFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files written by the reference package and files of small models, imported; see {@code dev/gguf_fixture.py}. */
class GgufImportTest {
    private static final Path TINY = Path.of("src/test/resources/gguf/tiny.gguf");
    private static final int HEAD_DIM = 16;

    @TempDir
    Path dir;

    @Test
    void everyTypeIsUnpackedToTheBitsOfTheReferenceReader() throws Exception {
        JsonNode expected = Json.read(Path.of("src/test/resources/gguf/tiny.json"));
        Path out = dir.resolve("model");

        GgufImport.Report report = GgufImport.run(TINY, out, FloatFormat.FLOAT32, Progress.SILENT);

        assertThat(report.tensors().keySet())
                .containsExactlyInAnyOrderElementsOf(
                        List.of(GgmlType.values()).stream().map(Enum::name).toList());
        assertThat(report.parameters()).isEqualTo(265_984);
        try (WeightFiles weights = WeightFiles.open(out)) {
            assertThat(weights.names()).hasSameSizeAs(expected);
            for (Map.Entry<String, JsonNode> tensor : expected.properties()) {
                float[] values = values(weights, directoryName(tensor.getKey()));
                float[] filed =
                        tensor.getKey().contains("attn_q.") || tensor.getKey().contains("attn_k.")
                                ? paired(values, 256)
                                : values;
                assertThat(sha256(filed))
                        .as(tensor.getKey() + " of " + tensor.getValue().get("type"))
                        .isEqualTo(tensor.getValue().get("sha256").textValue());
            }
        }
    }

    @Test
    void theDirectoryIsAModelThatLoads() throws IOException {
        Path out = dir.resolve("model");
        GgufImport.Report report = GgufImport.run(TINY, out, FloatFormat.FLOAT32, Progress.SILENT);

        ModelDirectory model = ModelDirectory.open(out);
        model.checkWeights();

        assertThat(model.config().eosTokenIds()).containsExactly(263);
        assertThat(model.config().tiedEmbeddings()).isTrue();
        assertThat(model.config().rmsNormEps()).isEqualTo(1e-5);
        assertThat(model.config().parameters()).isEqualTo(report.parameters());
        assertThat(out)
                .isDirectoryContaining("glob:**/chat_template.jinja")
                .isDirectoryContaining("glob:**/generation_config.json");
        assertThat(report.remarks())
                .containsExactly(
                        "of the 22 metadata keys these had no effect: general.name",
                        "tokens that the file marks as unused and the tokenizer leaves out: 1");
    }

    @ParameterizedTest
    @EnumSource(FloatFormat.class)
    void smallerFormatsAreRoundedAsLibtorchRounds(FloatFormat format) throws IOException {
        Path wide = dir.resolve("wide");
        Path out = dir.resolve("model");
        GgufImport.run(TINY, wide, FloatFormat.FLOAT32, Progress.SILENT);

        GgufImport.Report report = GgufImport.run(TINY, out, format, Progress.SILENT);

        ScalarType type = switch (format) {
            case FLOAT32 -> ScalarType.Float;
            case BFLOAT16 -> ScalarType.BFloat16;
            case FLOAT16 -> ScalarType.Half;
        };
        try (PointerScope scope = new PointerScope();
                WeightFiles exact = WeightFiles.open(wide);
                WeightFiles rounded = WeightFiles.open(out)) {
            assertThat(rounded.byteCount()).isEqualTo(report.bytes());
            for (String name : exact.names()) {
                Tensor expected = exact.get(name).to(type);
                assertThat(Tensors.type(rounded.get(name))).isEqualTo(type);
                assertThat(Tensors.same(rounded.get(name), expected)).as(name).isTrue();
            }
        }
        assertThat(Json.read(out.resolve("config.json")).get("torch_dtype").textValue())
                .isEqualTo(format.torchName());
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void bothVersionsAreRead(int version) throws IOException {
        Path file = write(SmallModels.llama().version(version));
        GgufImport.run(file, dir.resolve("model"), FloatFormat.FLOAT32, Progress.SILENT);
        try (WeightFiles weights = WeightFiles.open(dir.resolve("model"))) {
            assertThat(values(weights, "model.norm.weight")).isEqualTo(SmallModels.values("output_norm.weight", 8));
        }
    }

    @Test
    void gemmasNormsLoseTheOneThatTheConverterAdded() throws IOException {
        Path file = write(SmallModels.model("gemma3", true)
                .text("gemma3.rope.scaling.type", "linear")
                .f32("gemma3.rope.scaling.factor", 8)
                .f32("gemma3.rope.freq_base", 1e6f));
        GgufImport.Report report = GgufImport.run(file, dir.resolve("model"), FloatFormat.FLOAT32, Progress.SILENT);
        Map<String, String> norms = Map.of(
                "model.norm", "output_norm",
                "model.layers.0.input_layernorm", "blk.0.attn_norm",
                "model.layers.0.post_attention_layernorm", "blk.0.post_attention_norm",
                "model.layers.0.pre_feedforward_layernorm", "blk.0.ffn_norm",
                "model.layers.0.post_feedforward_layernorm", "blk.0.post_ffw_norm",
                "model.layers.0.self_attn.q_norm", "blk.0.attn_q_norm");
        try (WeightFiles weights = WeightFiles.open(dir.resolve("model"))) {
            norms.forEach((to, from) -> {
                float[] actual = values(weights, to + ".weight");
                float[] stored = SmallModels.values(from + ".weight", actual.length);
                for (int i = 0; i < actual.length; i++) {
                    assertThat(actual[i]).as(to).isEqualTo(stored[i] - 1);
                }
            });
            assertThat(values(weights, "model.layers.0.self_attn.q_proj.weight"))
                    .as("its q and k are not reordered")
                    .isEqualTo(SmallModels.values("blk.0.attn_q.weight", 64));
        }
        JsonNode config = Json.read(dir.resolve("model/config.json"));
        assertThat(config.get("model_type").textValue()).isEqualTo("gemma3_text");
        assertThat(config.get("query_pre_attn_scalar").intValue()).isEqualTo(4);
        assertThat(config.get("rope_scaling").get("factor").doubleValue()).isEqualTo(8);
        assertThat(config.get("rope_local_base_freq").doubleValue()).isEqualTo(10_000);
        assertThat(config.get("sliding_window").intValue()).isEqualTo(16);
        assertThat(report.remarks()).noneMatch(remark -> remark.contains("architecture"));
    }

    @Test
    void anUnknownKeyOfTheArchitectureIsSaidLoudly() throws IOException {
        Path file = write(SmallModels.llama().f32("llama.attention.something_new", 2));
        GgufImport.Report report = GgufImport.run(file, dir.resolve("model"), FloatFormat.FLOAT32, Progress.SILENT);
        assertThat(report.remarks())
                .anyMatch(remark -> remark.contains("not known") && remark.endsWith("llama.attention.something_new"));
    }

    @Test
    void allEndTokensReachTheGenerationConfig() throws IOException {
        Path file = write(SmallModels.llama().u32("tokenizer.ggml.eot_token_id", 257));
        GgufImport.run(file, dir.resolve("model"), FloatFormat.FLOAT32, Progress.SILENT);
        assertThat(ModelDirectory.open(dir.resolve("model")).config().eosTokenIds())
                .containsExactly(258, 257);
    }

    @Test
    void aMissingChatTemplateIsSaid() throws IOException {
        Path file = write(SmallModels.llama().without("tokenizer.chat_template"));
        GgufImport.Report report = GgufImport.run(file, dir.resolve("model"), FloatFormat.FLOAT32, Progress.SILENT);
        assertThat(report.remarks()).anyMatch(remark -> remark.contains("no chat template"));
        assertThat(dir.resolve("model/chat_template.jinja")).doesNotExist();
    }

    @Test
    void valuesBeyondFloat16AreRefusedAndLeaveNothing() throws IOException {
        Path file = write(large(70_000));
        assertThatThrownBy(() -> GgufImport.run(file, dir.resolve("model"), FloatFormat.FLOAT16, Progress.SILENT))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("\"output_norm.weight\"")
                .hasMessageEndingWith("no finite numbers in float16; choose float32 or bfloat16");
        assertThat(dir).isDirectoryNotContaining(path -> !path.equals(file));
        GgufImport.run(file, dir.resolve("model"), FloatFormat.BFLOAT16, Progress.SILENT);
        assertThat(dir.resolve("model")).isDirectory();
    }

    @ParameterizedTest
    @EnumSource(FloatFormat.class)
    void weightsThatAreNoNumbersAreRefused(FloatFormat format) throws IOException {
        for (float odd : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
            Path file = write(large(odd));
            assertThatThrownBy(() -> GgufImport.run(file, dir.resolve("model"), format, Progress.SILENT))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("no finite numbers");
        }
        assertThat(dir.resolve("model")).doesNotExist();
    }

    @Test
    void whatExistsIsNotReplaced() throws IOException {
        Path out = Files.createDirectory(dir.resolve("model"));
        assertThatThrownBy(() -> GgufImport.run(TINY, out, FloatFormat.FLOAT32, Progress.SILENT))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("exists already");
        assertThat(out).isEmptyDirectory();
    }

    private static GgufBuilder large(float value) {
        float[] norm = SmallModels.values("output_norm.weight", 8);
        norm[3] = value;
        return SmallModels.llama().without("output_norm.weight").floatTensor("output_norm.weight", norm, 8);
    }

    private Path write(GgufBuilder file) throws IOException {
        return Files.write(dir.resolve("model.gguf"), file.build());
    }

    private static float[] values(WeightFiles weights, String name) {
        return Tensors.toFloats(weights.get(name));
    }

    /** Rows as the file has them: those that turn together next to each other. */
    private static float[] paired(float[] values, int columns) {
        float[] paired = new float[values.length];
        for (int row = 0; row < values.length / columns; row++) {
            int head = row / HEAD_DIM;
            int within = row % HEAD_DIM;
            int source = head * HEAD_DIM + within % 2 * (HEAD_DIM / 2) + within / 2;
            System.arraycopy(values, source * columns, paired, row * columns, columns);
        }
        return paired;
    }

    private static String directoryName(String fileName) {
        String block = fileName.replaceFirst("^blk\\.", "model.layers.");
        return Map.of(
                        "token_embd.weight", "model.embed_tokens.weight",
                        "output_norm.weight", "model.norm.weight")
                .getOrDefault(fileName, block)
                .replace("attn_norm", "input_layernorm")
                .replace("ffn_norm", "post_attention_layernorm")
                .replace("attn_output", "self_attn.o_proj")
                .replaceFirst("attn_([qkv])\\.", "self_attn.$1_proj.")
                .replaceFirst("ffn_(\\w+)\\.", "mlp.$1_proj.");
    }

    private static String sha256(float[] values) throws Exception {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * 4).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes.array()));
    }
}
