package dev.vivarium.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Json;
import dev.vivarium.engine.model.ModelDirectory.LoadedModel;
import dev.vivarium.engine.tensor.Tensors;
import dev.vivarium.engine.weights.SafetensorsWriter;
import dev.vivarium.engine.weights.WeightFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiFunction;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelDirectoryTest {
    @TempDir
    Path folder;

    @Test
    void halfPrecisionWeightsAreWidened() throws IOException {
        ModelDirectory half = copy("llama-3.1", (name, tensor) -> Map.of(name, tensor.to(ScalarType.Half)));
        half.checkWeights();
        ModelDirectory rounded = ModelDirectory.open(Parity.of("llama-3.1").file("model"));
        try (PointerScope scope = new PointerScope();
                LoadedModel model = half.load();
                LoadedModel full = rounded.load()) {
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            full.decoder()
                    .tensors()
                    .forEach((name, tensor) ->
                            tensors.put(name, tensor.to(ScalarType.Half).to(ScalarType.Float)));
            Decoder expected = Decoder.of(full.decoder().config(), tensors);
            assertThat(Tensors.same(logits(model.decoder()), logits(expected))).isTrue();
            assertThat(Tensors.same(logits(model.decoder()), logits(full.decoder())))
                    .isFalse();
        }
    }

    @Test
    void theLanguageModelIsFoundUnderEitherNameAndTheRestIsCounted() throws IOException {
        Path published = Parity.of("gemma3-multimodal").file("model");
        assertThat(ModelDirectory.open(published).remarks())
                .singleElement()
                .asString()
                .startsWith(published + ": ")
                .endsWith("23 tensors beside the language model are not loaded"
                        + " (2 of multi_modal_projector, 21 of vision_tower)");

        ModelDirectory newer = copy(
                "gemma3-multimodal",
                (name, tensor) -> Map.of(
                        name.startsWith("language_model.model.")
                                ? name.replace("language_model.model.", "model.language_model.")
                                : "model." + name,
                        tensor.clone()));
        newer.checkWeights();
        assertThat(newer.remarks())
                .singleElement()
                .asString()
                .endsWith("(2 of multi_modal_projector, 21 of vision_tower)");
        try (PointerScope scope = new PointerScope();
                LoadedModel one = newer.load();
                LoadedModel other = ModelDirectory.open(published).load()) {
            assertThat(Tensors.same(logits(one.decoder()), logits(other.decoder())))
                    .isTrue();
        }
    }

    @Test
    void theDecodersOwnConfigurationIsThatOfTheLanguageModelAlone() throws IOException {
        for (String spelling : new String[] {"model/config.json", "config-hub-style.json"}) {
            Parity parity = Parity.of("gemma3-multimodal");
            ModelDirectory whole = copy("gemma3-multimodal", (name, tensor) -> Map.of());
            Json.write(whole.path().resolve("config.json"), parity.json(spelling));
            ModelConfig alone = ConfigReader.parse(whole.decoderConfig(), "alone");
            assertThat(alone.modelType()).isEqualTo("gemma3_text");
            assertThat(alone.isPart()).isFalse();
            ModelConfig expected = ConfigReader.parse(parity.json(spelling), "whole");
            assertThat(ModelShapes.of(alone).keySet())
                    .isEqualTo(ModelShapes.of(expected).keySet());
            assertThat(alone.rope()).isEqualTo(expected.rope());
            assertThat(alone.local()).isEqualTo(expected.local());
            assertThat(alone.eosTokenIds()).isEqualTo(expected.eosTokenIds());
        }
    }

    @Test
    void tensorsThatTheComputationDoesNotNeedAreCounted() throws IOException {
        ModelDirectory tied = copy(
                "qwen2",
                (name, tensor) -> name.equals(ModelShapes.EMBEDDING)
                        ? Map.of(name, tensor.clone(), ModelShapes.HEAD, tensor.clone())
                        : Map.of(name, tensor.clone()));
        assertThat(tied.remarks())
                .singleElement()
                .asString()
                .endsWith("1 tensor of the language model is not used: lm_head.weight");
        assertThat(ModelDirectory.open(Parity.of("qwen2-untied").file("model")).remarks())
                .isEmpty();
    }

    @Test
    void aMissingTensorOfTheLanguagePartIsNamedAsTheFileNamesIt() throws IOException {
        ModelDirectory torn = copy(
                "gemma3-multimodal",
                (name, tensor) -> name.endsWith("layers.3.pre_feedforward_layernorm.weight")
                        ? Map.of()
                        : Map.of(name, tensor.clone()));
        assertThatThrownBy(torn::checkWeights)
                .isInstanceOf(InputException.class)
                .hasMessageContaining("\"language_model.model.layers.3.pre_feedforward_layernorm.weight\" is missing");
    }

    /** A parity model with other tensors in its file. */
    private ModelDirectory copy(String name, BiFunction<String, Tensor, Map<String, Tensor>> change)
            throws IOException {
        Path source = Parity.of(name).file("model");
        Path target = Files.createTempDirectory(folder, name);
        Files.copy(source.resolve("config.json"), target.resolve("config.json"));
        try (PointerScope scope = new PointerScope();
                WeightFiles files = WeightFiles.open(source)) {
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            for (String tensor : files.names()) {
                tensors.putAll(change.apply(tensor, files.get(tensor)));
            }
            SafetensorsWriter.write(target.resolve(WeightFiles.SINGLE_FILE), tensors, Map.of());
        }
        return ModelDirectory.open(target);
    }

    private static Tensor logits(Decoder decoder) {
        try (NoGradGuard noGrad = new NoGradGuard()) {
            Tensor ids = Tensors.longs(new long[] {5, 9, 13, 7}, 1, 4);
            return decoder.logits(decoder.hidden(ids, TextAttention.causal(4), ForwardHooks.NONE));
        }
    }
}
