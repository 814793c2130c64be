package dev.vivarium.engine.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vivarium.engine.model.ModelDirectory.LoadedModel;
import dev.vivarium.engine.tensor.Tensors;
import dev.vivarium.engine.weights.WeightFiles;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Activations, logits and log-probabilities against transformers in float32; tolerances from the cases' README.md. */
class DecoderParityTest {
    private static final double EMBEDDING = 1e-6;
    private static final double ACTIVATIONS = 2e-4;

    @ParameterizedTest
    @MethodSource("dev.vivarium.engine.model.ParityCases#models")
    void computesWhatTransformersComputes(String name) {
        Parity parity = ParityCases.get(name);
        ModelDirectory directory = ModelDirectory.open(parity.file("model"));
        directory.checkWeights();
        try (PointerScope scope = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard();
                WeightFiles expected = parity.expected();
                LoadedModel model = directory.load(Parity.COMPUTE)) {
            Decoder decoder = model.decoder();
            Tensor ids = expected.get("input_ids");
            Tensor real = expected.get("attention_mask");
            Map<Integer, Tensor> outputs = new HashMap<>();
            ForwardHooks capture = new ForwardHooks() {
                @Override
                public Tensor onSite(int layer, Site site, Tensor value) {
                    if (site == Site.RESID_POST) {
                        outputs.put(layer, value);
                    }
                    return value;
                }
            };

            TextAttention attention = TextAttention.masked(real);
            Tensor hidden = decoder.hidden(ids, attention, capture);
            Tensor logits = decoder.logits(hidden);

            assertThat(Tensors.same(attention.positions(), expected.get("position_ids")))
                    .isTrue();
            assertThat(Parity.difference(decoder.embed(ids), expected.get("embed"), real))
                    .isLessThan(EMBEDDING);
            for (int layer = 0; layer < decoder.config().layers(); layer++) {
                Tensor output = Objects.requireNonNull(outputs.get(layer));
                assertThat(Parity.difference(output, expected.get("resid_post." + layer), real))
                        .as("resid_post.%s", layer)
                        .isLessThan(ACTIVATIONS);
            }
            assertThat(Parity.difference(hidden, expected.get("final_norm"), real))
                    .isLessThan(ACTIVATIONS);
            assertThat(Parity.difference(logits, expected.get("logits"), real)).isLessThan(ACTIVATIONS);
            assertLabelLogProbabilities(logits, ids, real, expected.get("label_logprobs"));
        }
    }

    @ParameterizedTest
    @MethodSource("dev.vivarium.engine.model.ParityCases#models")
    void readsTheOlderSpellingOfTheConfiguration(String name) {
        Parity parity = ParityCases.get(name);
        ModelConfig modern = ConfigReader.parse(parity.json("model/config.json"), name);

        ModelConfig older = ConfigReader.parse(parity.json("config-hub-style.json"), name);

        assertThat(older).isEqualTo(modern);
    }

    private static void assertLabelLogProbabilities(Tensor logits, Tensor ids, Tensor real, Tensor expected) {
        long rows = ids.size(0);
        long tokens = ids.size(1);
        Tensor logProbabilities = torch.log_softmax(logits.cpu(), -1).narrow(1, 0, tokens - 1);
        Tensor next = ids.narrow(1, 1, tokens - 1).unsqueeze(-1);
        Tensor chosen = logProbabilities.gather(-1, next).view(rows, tokens - 1);
        Tensor valid = real.narrow(1, 0, tokens - 1).mul(real.narrow(1, 1, tokens - 1));
        assertThat(Parity.difference(chosen, expected, valid)).isLessThan(ACTIVATIONS);
        assertThat(Tensors.toLongs(valid)).contains(1L);
    }
}
