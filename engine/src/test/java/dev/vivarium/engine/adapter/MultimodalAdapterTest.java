package dev.vivarium.engine.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vivarium.engine.base.CounterRandom;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Json;
import dev.vivarium.engine.model.ModelConfig;
import dev.vivarium.engine.model.ModelDirectory;
import dev.vivarium.engine.model.Module;
import dev.vivarium.engine.model.Parity;
import dev.vivarium.engine.tensor.Tensors;
import dev.vivarium.engine.weights.SafetensorsWriter;
import dev.vivarium.engine.weights.WeightFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Adapters on the language part of a model with other parts, as PEFT names their tensors. */
class MultimodalAdapterTest {
    private static final ModelConfig MODEL =
            ModelDirectory.open(Parity.of("gemma3-multimodal").file("model")).config();
    private static final LoraSettings SETTINGS =
            new LoraSettings(2, 8, true, EnumSet.of(Module.Q_PROJ, Module.DOWN_PROJ), List.of(0, 3));

    @TempDir
    Path folder;

    @Test
    void isWrittenUnderTheNamesOfTheModulesAndReadBack() throws IOException {
        try (PointerScope scope = new PointerScope()) {
            LoraAdapter adapter = adapter();
            AdapterFiles.write(folder, adapter, MODEL, "base");

            try (WeightFiles files = WeightFiles.open(folder.resolve(AdapterFiles.WEIGHTS))) {
                assertThat(files.names())
                        .hasSize(8)
                        .contains("base_model.model.model.language_model.layers.3.mlp.down_proj.lora_B.weight");
            }
            assertThat(Json.read(folder.resolve(AdapterFiles.CONFIG))
                            .get("exclude_modules")
                            .textValue())
                    .isEqualTo(".*vision_tower.*");
            assertSame(AdapterFiles.read(folder, MODEL), adapter);
            assertThat(AdapterFiles.remarks(folder, MODEL)).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"model.language_model.", "language_model.model.", "model."})
    void isReadUnderAllNamesAndWhatSitsInTheVisionTowerIsCounted(String body) throws IOException {
        try (PointerScope scope = new PointerScope()) {
            LoraAdapter adapter = adapter();
            AdapterFiles.write(folder, adapter, MODEL, "base");
            int others = body.equals("model.") ? 0 : 2; // an adapter of the language model alone has no others
            rename("model.language_model.", body, others);

            assertSame(AdapterFiles.read(folder, MODEL), adapter);
            assertThat(AdapterFiles.remarks(folder, MODEL))
                    .isEqualTo(
                            others == 0
                                    ? List.of()
                                    : List.of(folder + ": 2 adapter tensors beside the language model are not used"));
        }
    }

    @Test
    void aPatternOfTargetModulesMeansWhatTheFileHolds() throws IOException {
        try (PointerScope scope = new PointerScope()) {
            LoraAdapter adapter = adapter();
            AdapterFiles.write(folder, adapter, MODEL, "base");
            target("(?:.*?(?:language|text).*?(?:self_attn|mlp).*?(?:q_proj|down_proj).*?)");

            LoraAdapter read = (LoraAdapter) AdapterFiles.read(folder, MODEL);

            assertSame(read, adapter);
            assertThat(read.settings().targetModules()).isEqualTo(Set.of(Module.Q_PROJ, Module.DOWN_PROJ));
            assertThat(read.settings().layersToTransform()).containsExactly(0, 3);
        }
    }

    @Test
    void aPatternThatHitOtherThingsThanLinearMapsIsRefused() throws IOException {
        ModelConfig alone =
                ModelDirectory.open(Parity.of("gemma3-text").file("model")).config();
        try (PointerScope scope = new PointerScope()) {
            LoraAdapter adapter = LoraAdapter.untrained(alone, SETTINGS, 1);
            AdapterFiles.write(folder, adapter, alone, "base");
            rename("model.layers.0.self_attn.q_proj", "model.embed_tokens", 0);
            target(".*");
            assertThatThrownBy(() -> AdapterFiles.read(folder, alone))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining(
                            "\"model.embed_tokens.lora_A.weight\" is not that of a linear map of a block");
        }
    }

    private static LoraAdapter adapter() {
        LoraAdapter untrained = LoraAdapter.untrained(MODEL, SETTINGS, 1);
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        untrained.parameters().forEach((name, tensor) -> {
            float[] values = new float[Math.toIntExact(tensor.numel())];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) CounterRandom.of(2, name).gaussian(i);
            }
            tensors.put(name, Tensors.floats(values, tensor.shape()));
        });
        return untrained.withParameters(tensors);
    }

    private static void assertSame(Adapter read, LoraAdapter expected) {
        assertThat(read.parameters().keySet()).isEqualTo(expected.parameters().keySet());
        read.parameters()
                .forEach((name, tensor) -> assertThat(Tensors.toFloats(tensor))
                        .isEqualTo(Tensors.toFloats(expected.parameters().getOrDefault(name, tensor.neg()))));
    }

    private void rename(String from, String to, int others) throws IOException {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        Path file = folder.resolve(AdapterFiles.WEIGHTS);
        try (WeightFiles files = WeightFiles.open(file)) {
            files.names()
                    .forEach(name ->
                            tensors.put(name.replace(from, to), files.get(name).clone()));
        }
        for (int i = 0; i < others; i++) {
            String name = "base_model.model.model.vision_tower.encoder.layers." + i + ".q_proj.lora_A.weight";
            tensors.put(name, Tensors.zeros(2, 32));
        }
        SafetensorsWriter.write(file, tensors, Map.of());
    }

    private void target(String pattern) throws IOException {
        Path file = folder.resolve(AdapterFiles.CONFIG);
        ObjectNode json = (ObjectNode) Json.read(file);
        json.put("target_modules", pattern);
        json.putNull("layers_to_transform");
        Json.write(file, json);
    }
}
