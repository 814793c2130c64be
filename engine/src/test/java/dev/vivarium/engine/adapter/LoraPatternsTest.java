package dev.vivarium.engine.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Json;
import dev.vivarium.engine.model.Decoder;
import dev.vivarium.engine.model.ModelConfig;
import dev.vivarium.engine.model.ModelDirectory;
import dev.vivarium.engine.model.ModelDirectory.LoadedModel;
import dev.vivarium.engine.model.Parity;
import dev.vivarium.engine.model.TextAttention;
import dev.vivarium.engine.weights.WeightFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Ranks and alphas that differ by module, against adapters that PEFT wrote ({@code dev/peft_patterns.py}). */
final class LoraPatternsTest {
    private static final Path ADAPTERS = Path.of("src/test/resources/adapter");
    private static final double LOGITS = 1e-4;

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"qwen2", "gemma3-multimodal"})
    void logitsAreThoseOfPeft(String base) {
        assertLogits(base, ADAPTERS.resolve(base), ADAPTERS.resolve(base));
    }

    @Test
    void theBlocksThatALayersPatternIsAboutAreThoseOfPeft() {
        Path directory = ADAPTERS.resolve("qwen2-layers");
        assertLogits("qwen2", directory, directory);
        assertThat(AdapterFiles.remarks(directory, model("qwen2").config()))
                .containsExactly(
                        directory + ": the pattern \"lm_head\" is the first for no adapted module and has no effect");
    }

    @ParameterizedTest
    @ValueSource(strings = {"qwen2", "gemma3-multimodal"})
    void whatIsWrittenIsReadBackTheSame(String base) throws IOException {
        ModelConfig model = model(base).config();
        try (PointerScope scope = new PointerScope()) {
            LoraAdapter adapter = (LoraAdapter) AdapterFiles.read(ADAPTERS.resolve(base), model);
            assertThat(adapter.settings().exceptions()).isNotEmpty();
            AdapterFiles.write(folder, adapter, model, "base");
            LoraAdapter again = (LoraAdapter) AdapterFiles.read(folder, model);
            assertThat(again.settings()).isEqualTo(adapter.settings());
        }
        assertLogits(base, folder, ADAPTERS.resolve(base));
    }

    @Test
    void theSummaryCountsWithTheSameAlphas() {
        Path directory = ADAPTERS.resolve("qwen2");
        try (PointerScope scope = new PointerScope()) {
            double whole = AdapterFiles.read(directory, model("qwen2").config()).norm();
            double squares = AdapterSummary.read(directory).places().stream()
                    .mapToDouble(place -> java.util.Objects.requireNonNull(place.norm()))
                    .map(norm -> norm * norm)
                    .sum();
            assertThat(Math.sqrt(squares)).isCloseTo(whole, org.assertj.core.data.Offset.offset(1e-5));
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    {"rank_pattern": {"q_proj": 0}}          | the value 0, not a positive whole number
                    {"rank_pattern": {"q_proj": 2.5}}        | the value 2.5, not a positive whole number
                    {"rank_pattern": {"q_proj": 99}}         | ask for [99,
                    {"alpha_pattern": {"q_proj": -1}}        | the value -1, not a positive number
                    {"alpha_pattern": {"q_proj": "much"}}    | not a positive number
                    {"alpha_pattern": {"(": 2}}              | is no regular expression
                    {"alpha_pattern": ["q_proj"]}            | must map module names to numbers
                    {"alpha_pattern": {"(?=q)q_proj": 2}}    | which are not supported
                    {"alpha_pattern": {"(x{50}){50}": 2}}    | repeats more than 1000 times
                    """)
    void wrongPatternsAreRefusedInOneSentence(String change, String fragment) throws IOException {
        assertRefused("qwen2", change, fragment);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    {"layers_pattern": "h"}                  | layers_pattern "h" matches no block
                    {"layers_pattern": ["("]}                | is no regular expression
                    {"layers_to_transform": null}            | no use without layers_to_transform
                    {"layers_to_transform": [0, 77]}         | names layer 77
                    {"layers_to_transform": -1}              | names layer -1
                    {"modules_to_save": ["lm_head"]}         | modules_to_save is not supported here: ["lm_head"]
                    {"use_dora": true}                       | use_dora is not supported here: true
                    {"alora_invocation_tokens": [1]}         | alora_invocation_tokens is not supported
                    {"target_parameters": ["x"]}             | target_parameters is not supported
                    {"bias": "all"}                          | bias is not supported here: "all"
                    {"init_lora_weights": "pissa_niter_4"}   | changes the weights of the base model too
                    {"r": 99999999999}                       | r must be a whole number; it is 99999999999
                    {"r": "8"}                               | r must be a whole number; it is "8"
                    {"r": null}                              | "r" is missing
                    {"lora_alpha": "8"}                      | lora_alpha must be a number; it is "8"
                    {"lora_alpha": -3}                       | lora_alpha must be positive; it is -3.0
                    {"target_modules": []}                   | target_modules is empty
                    {"target_modules": {}}                   | target_modules must be a list
                    {"target_modules": ["lm_head"]}          | target module "lm_head" is not in the model
                    {"peft_type": "IA3"}                     | peft_type "IA3" is not supported
                    """)
    void aConfigurationThatIsNotComputedHereIsRefusedInOneSentence(String change, String fragment) throws IOException {
        assertRefused("qwen2-layers", change, fragment);
    }

    private void assertRefused(String adapter, String change, String fragment) throws IOException {
        ObjectNode config = (ObjectNode) Json.read(ADAPTERS.resolve(adapter).resolve(AdapterFiles.CONFIG));
        config.setAll((ObjectNode) Json.parse(change.getBytes(StandardCharsets.UTF_8), "change"));
        Json.write(folder.resolve(AdapterFiles.CONFIG), config);
        Files.copy(ADAPTERS.resolve(adapter).resolve(AdapterFiles.WEIGHTS), folder.resolve(AdapterFiles.WEIGHTS));
        assertThatThrownBy(() -> AdapterFiles.check(folder, model("qwen2").config()))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(fragment);
    }

    private static ModelDirectory model(String base) {
        return ModelDirectory.open(Parity.of(base).file("model"));
    }

    private static void assertLogits(String base, Path directory, Path expectedIn) {
        try (LoadedModel loaded = model(base).load();
                PointerScope scope = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard();
                WeightFiles expected = WeightFiles.open(expectedIn.resolve("expected.safetensors"))) {
            Decoder decoder = loaded.decoder();
            Adapter adapter = AdapterFiles.read(directory, decoder.config());
            Tensor ids = expected.get("input_ids");
            int tokens = Math.toIntExact(ids.size(1));
            Tensor logits = decoder.logits(decoder.hidden(ids, TextAttention.causal(tokens), adapter));
            double difference = logits.sub(expected.get("logits")).abs().max().item_double();
            assertThat(difference).isLessThan(LOGITS);
        }
    }
}
