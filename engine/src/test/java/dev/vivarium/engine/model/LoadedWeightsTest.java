package dev.vivarium.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Json;
import dev.vivarium.engine.model.ModelDirectory.LoadedModel;
import dev.vivarium.engine.tensor.PackedWeight;
import dev.vivarium.engine.tensor.Tensors;
import dev.vivarium.engine.weights.SafetensorsWriter;
import dev.vivarium.engine.weights.WeightFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Models that only go forward, with matrices large enough to be packed. */
class LoadedWeightsTest {
    private static final long VOCABULARY = 2048;
    private static final long INNER = 4096;

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({
        "qwen2, FLOAT32, FLOAT32",
        "gemma3-text, FLOAT32, FLOAT32",
        "llama-3.1, FLOAT32, FLOAT32",
        "qwen2, BFLOAT16, FLOAT32",
        "gemma3-text, BFLOAT16, FLOAT32",
        "qwen2, FLOAT32, BFLOAT16",
        "qwen2, BFLOAT16, BFLOAT16"
    })
    void goesForwardAsTheModelDoesThatIsTrained(String family, Precision stored, Precision precision)
            throws IOException {
        ModelDirectory directory = wide(family, stored);
        Compute compute = Compute.cpu(precision);
        try (PointerScope scope = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard();
                LoadedModel forward = directory.loadForward(compute);
                LoadedModel plain = directory.load(compute)) {
            Tensor ids = Tensors.longs(new long[] {5, 1999, 13, 7, 5, 6, 700, 8}, 2, 4);

            assertThat(Tensors.same(
                            forward.decoder().embed(ids), plain.decoder().embed(ids)))
                    .isTrue();
            Tensor expected = logits(plain.decoder(), ids);
            Tensor found = logits(forward.decoder(), ids);
            double apart = found.sub(expected).abs().max().item_double()
                    / expected.abs().max().item_double();
            assertThat(apart).isLessThan(precision == Precision.FLOAT32 ? 1e-5 : 0.05);

            assertThat(forward.decoder().compute()).isEqualTo(compute);
            boolean packs = PackedWeight.pays(
                    precision.scalarType(), INNER, directory.config().hiddenSize());
            assertThat(forward.decoder().tensors().containsKey(Module.UP_PROJ.fullName(1) + ".weight"))
                    .isEqualTo(!packs);
            assertThat(forward.decoder().tensors()).containsKey(Module.K_PROJ.fullName(1) + ".weight");
        }
    }

    @Test
    void isNotTrained() throws IOException {
        assumeTrue(
                PackedWeight.pays(ScalarType.Float, VOCABULARY, 128), "skipped: nothing is packed on this processor");
        try (PointerScope scope = new PointerScope();
                LoadedModel forward = wide("qwen2", Precision.FLOAT32).loadForward(Compute.FLOAT32)) {
            Tensor states = Tensors.zeros(2, forward.decoder().config().hiddenSize());
            Tensor slope = Tensors.zeros(2, VOCABULARY);

            assertThatThrownBy(() -> forward.decoder().logits(states.requires_grad_(true)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("load the model to train it");
            assertThatThrownBy(() -> forward.decoder().slopeOfStates(slope))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("load the model to train it");
        }
    }

    @Test
    void namesAMatrixOfAnotherShape() throws IOException {
        ModelDirectory directory = wide("qwen2", Precision.FLOAT32);
        Path config = directory.path().resolve("config.json");
        Files.writeString(config, Files.readString(config).replace("" + INNER, "" + (INNER + 1)));

        assertThatThrownBy(() -> ModelDirectory.open(directory.path()).loadForward(Compute.FLOAT32))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("mlp.gate_proj.weight\" has shape [" + INNER + ", ")
                .hasMessageContaining("config.json asks for [" + (INNER + 1));
    }

    /** A model of a family with a vocabulary and blocks wide enough, and random weights. */
    private ModelDirectory wide(String family, Precision stored) throws IOException {
        Path source = Parity.of(family).file("model");
        Path target = Files.createTempDirectory(folder, family);
        ObjectNode config = (ObjectNode) Json.read(source.resolve("config.json"));
        config.put("vocab_size", VOCABULARY).put("intermediate_size", INNER);
        config.put("hidden_size", 128);
        Files.writeString(target.resolve("config.json"), config.toString());
        ModelDirectory directory = ModelDirectory.open(target);
        try (PointerScope scope = new PointerScope()) {
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            RandomWeights.of(directory.config(), 0.05, 1)
                    .forEach((name, tensor) -> tensors.put(name, tensor.to(stored.scalarType())));
            SafetensorsWriter.write(target.resolve(WeightFiles.SINGLE_FILE), tensors, Map.of());
        }
        return directory;
    }

    private static Tensor logits(Decoder decoder, Tensor ids) {
        return decoder.logits(decoder.hidden(ids, TextAttention.causal(4), ForwardHooks.NONE))
                .to(ScalarType.Float);
    }
}
