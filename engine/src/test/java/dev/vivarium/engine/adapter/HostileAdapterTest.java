package dev.vivarium.engine.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Json;
import dev.vivarium.engine.base.Refusals;
import dev.vivarium.engine.base.Refusals.Hostile;
import dev.vivarium.engine.model.ModelConfig;
import dev.vivarium.engine.model.ModelDirectory;
import dev.vivarium.engine.model.Parity;
import dev.vivarium.engine.tensor.Tensors;
import dev.vivarium.engine.weights.SafetensorsWriter;
import dev.vivarium.engine.weights.WeightFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Adapters whose configuration makes no sense or does not fit their tensors. */
class HostileAdapterTest {
    private static final Path GOOD = Path.of("src/test/resources/adapter/qwen2");

    @TempDir
    Path dir;

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    {"r": 0}                            | it is 0
                    {"r": -8}                           | it is -8
                    {"r": 2000000000}                   | ask for [2000000000,
                    {"r": 1e99}                         | r must be a whole number
                    {"r": 8.5}                          | r must be a whole number
                    {"r": "8"}                          | r must be a whole number
                    {"r": [8]}                          | r must be a whole number
                    {"r": null}                         | "r" is missing
                    {"lora_alpha": "NaN"}               | lora_alpha must be a number
                    {"lora_alpha": 1e999}               | lora_alpha must be a number
                    {"lora_alpha": 1e308}               | its norm is Infinity
                    {"lora_alpha": -1}                  | lora_alpha must be positive
                    {"lora_alpha": 0}                   | lora_alpha must be positive
                    {"lora_alpha": true}                | lora_alpha must be a number
                    {"use_rslora": "yes"}               | use_rslora must be true or false
                    {"use_dora": true}                  | use_dora is not supported
                    {"use_dora": 1}                     | use_dora is not supported here: 1
                    {"peft_type": "IA3"}                | peft_type "IA3" is not supported
                    {"peft_type": "\\u001b[2J\\n"}      | peft_type "?[2J?" is not supported
                    {"peft_type": 7}                    | is not supported
                    {"target_modules": 7}               | must be a list of module names
                    {"target_modules": {"q_proj": 1}}   | must be a list of module names
                    {"target_modules": []}              | target_modules is empty
                    {"target_modules": [7]}             | names 7, which is no module name
                    {"target_modules": [["q_proj"]]}    | which is no module name
                    {"target_modules": ["\\u001b[2J"]}  | target module "?[2J" is not in the model
                    {"target_modules": null}            | "target_modules" is missing
                    {"layers_to_transform": "1"}        | layers_to_transform must be
                    {"layers_to_transform": [1.5]}      | layers_to_transform must be
                    {"layers_to_transform": {"a": 1}}   | layers_to_transform must be
                    {"layers_to_transform": [99]}       | names layer 99
                    {"layers_to_transform": [-1]}       | names layer -1
                    {"modules_to_save": ["lm_head"]}    | modules_to_save is not supported
                    {"modules_to_save": "lm_head"}      | modules_to_save is not supported
                    {"bias": "all"}                     | bias is not supported here: "all"
                    {"bias": 7}                         | bias is not supported here: 7
                    {"rank_pattern": 7}                 | must map module names to numbers
                    {"rank_pattern": {"q_proj": 1e9}}   | not a positive whole number
                    {"alpha_pattern": {"q_proj": 1e999}} | not a positive number
                    {"alpha_pattern": {"(?:(?:){1000}){1000}": 1}} | repeats more than 1000 times
                    {"alpha_pattern": {"(?:(?:){1000000000}){1000000000}": 1}} | repeats more than 1000 times
                    """)
    void hostileConfigIsRefusedInOneSentence(String change, String sentence) throws IOException {
        ObjectNode config = (ObjectNode) Json.read(GOOD.resolve(AdapterFiles.CONFIG));
        config.setAll((ObjectNode) Json.parse(change.getBytes(StandardCharsets.UTF_8), "change"));
        Json.write(dir.resolve(AdapterFiles.CONFIG), config);
        Files.copy(GOOD.resolve(AdapterFiles.WEIGHTS), dir.resolve(AdapterFiles.WEIGHTS));
        assertRefused(sentence);
    }

    static Stream<Hostile> brokenConfigs() throws IOException {
        String good = Files.readString(GOOD.resolve(AdapterFiles.CONFIG));
        return Stream.of(
                new Hostile("empty file", "", "empty"),
                new Hostile("a list", "[]", "expected a JSON object"),
                new Hostile("torn", good.substring(0, 300), "malformed JSON"),
                new Hostile("key twice", good.strip().replaceFirst("\\{", "{\"r\": 4,"), "Duplicate field 'r'"),
                new Hostile(
                        "alpha NaN", good.replaceFirst("\"lora_alpha\": [0-9.]+", "\"lora_alpha\": NaN"), "malformed"),
                new Hostile(
                        "nested too deep", "{\"x\":" + "[".repeat(9_000) + "]".repeat(9_000) + "}", "nesting depth"),
                new Hostile("larger than any", "{\"x\":\"" + "x".repeat(600_000) + "\"}", "larger than 500000 bytes"));
    }

    @ParameterizedTest
    @MethodSource("brokenConfigs")
    void brokenConfigIsRefusedInOneSentence(Hostile hostile) throws IOException {
        Files.writeString(dir.resolve(AdapterFiles.CONFIG), hostile.content());
        Files.copy(GOOD.resolve(AdapterFiles.WEIGHTS), dir.resolve(AdapterFiles.WEIGHTS));
        assertRefused(hostile.sentence());
    }

    @Test
    void tensorsThatDoNotFitAreRefusedInOneSentence() throws IOException {
        change((name, tensor) -> name.contains("lora_A") ? tensor.t().contiguous() : tensor, "has shape");
        change((name, tensor) -> tensor.to(ScalarType.Byte), "which no adapter has");
        change((name, tensor) -> Tensors.zeros(0, tensor.size(1)), "has shape [0,");
        change((name, tensor) -> tensor.mul(Tensors.zeros(1)), "its norm is zero");
        change((name, tensor) -> tensor.div(Tensors.zeros(1)), "its norm is");
    }

    private void change(BiFunction<String, Tensor, Tensor> change, String sentence) throws IOException {
        Files.copy(
                GOOD.resolve(AdapterFiles.CONFIG),
                dir.resolve(AdapterFiles.CONFIG),
                java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        try (PointerScope scope = new PointerScope();
                WeightFiles files = WeightFiles.open(GOOD.resolve(AdapterFiles.WEIGHTS))) {
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            files.names().forEach(name -> tensors.put(name, change.apply(name, files.get(name))));
            SafetensorsWriter.write(dir.resolve(AdapterFiles.WEIGHTS), tensors, Map.of());
        }
        assertRefused(sentence);
    }

    @Test
    void shapesThatHoldNothingButClaimMuchAreRefused() throws IOException {
        Files.copy(GOOD.resolve(AdapterFiles.CONFIG), dir.resolve(AdapterFiles.CONFIG));
        for (String shape : List.of("[0,4611686018427387904]", "[0,9223372036854775807,0]")) {
            String header =
                    "{\"base_model.model.model.layers.0.mlp.down_proj.lora_A.weight\":{\"dtype\":\"F32\",\"shape\":"
                            + shape + ",\"data_offsets\":[0,0]}}";
            Files.write(
                    dir.resolve(AdapterFiles.WEIGHTS),
                    java.nio.ByteBuffer.allocate(8 + header.length())
                            .order(java.nio.ByteOrder.LITTLE_ENDIAN)
                            .putLong(header.length())
                            .put(header.getBytes(StandardCharsets.UTF_8))
                            .array());
            assertRefused("which no adapter has");
        }
    }

    /** Reading is refused; the summary, which needs no model, is made or refused. */
    private void assertRefused(String sentence) throws IOException {
        ModelConfig model =
                ModelDirectory.open(Parity.of("qwen2").file("model")).config();
        Refusals.assertRefused(dir, () -> AdapterFiles.check(dir, model), sentence);
        Throwable summary = catchThrowable(() -> AdapterSummary.read(dir));
        if (summary != null) {
            assertThat(summary).isInstanceOf(InputException.class);
        }
    }
}
