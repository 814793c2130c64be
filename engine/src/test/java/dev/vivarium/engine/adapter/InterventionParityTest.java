package dev.vivarium.engine.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.model.Decoder;
import dev.vivarium.engine.model.ForwardHooks;
import dev.vivarium.engine.model.ModelDirectory;
import dev.vivarium.engine.model.ModelDirectory.LoadedModel;
import dev.vivarium.engine.model.Parity;
import dev.vivarium.engine.model.ParityCases;
import dev.vivarium.engine.model.Site;
import dev.vivarium.engine.model.TextAttention;
import dev.vivarium.engine.tensor.Device;
import dev.vivarium.engine.tensor.Tensors;
import dev.vivarium.engine.weights.WeightFiles;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Steering and ablation against hooks in transformers, tolerance 3e-4 as in the cases' README.md. */
class InterventionParityTest {
    private static final double TOLERANCE = 3e-4;

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("dev.vivarium.engine.model.ParityCases#interventions")
    void addingAVectorAtOneLayer(String name) {
        check(
                ParityCases.get(name),
                "steer",
                (v, layers) -> new Intervention(
                        List.of(0), Site.RESID_POST, new Intervention.Operation.Add(Tensors.toFloats(v), 4, false)));
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("dev.vivarium.engine.model.ParityCases#interventions")
    void ablatingADirectionAtEveryLayer(String name) {
        check(
                ParityCases.get(name),
                "ablate",
                (v, layers) -> new Intervention(
                        IntStream.range(0, layers).boxed().toList(),
                        Site.RESID_POST,
                        Intervention.Operation.Project.ablate(Tensors.toFloats(v))));
    }

    @Test
    void aLayerOutsideTheModelIsRefused() {
        ModelDirectory directory = ModelDirectory.open(Parity.of("qwen2").file("model"));
        try (PointerScope scope = new PointerScope()) {
            Intervention outside = new Intervention(
                    List.of(9), Site.RESID_POST, Intervention.Operation.Project.ablate(new float[] {1}));
            assertThatThrownBy(() -> outside.hooks(directory.config(), Device.CPU))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("layer 9")
                    .hasMessageContaining("0 to 3");
        }
    }

    private interface Maker {
        Intervention of(Tensor vector, int layers);
    }

    private static void check(Parity parity, String name, Maker maker) {
        String base = parity.directory().getFileName().toString().substring("interventions-".length());
        ModelDirectory directory = ModelDirectory.open(parity.beside(base).file("model"));
        try (PointerScope scope = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard();
                WeightFiles expected = parity.expected();
                LoadedModel model = directory.load(Parity.COMPUTE)) {
            Decoder decoder = model.decoder();
            List<Tensor> outputs = new ArrayList<>();
            ForwardHooks capture = new ForwardHooks() {
                @Override
                public Tensor onSite(int layer, Site site, Tensor value) {
                    if (site == Site.RESID_POST) {
                        outputs.add(Tensors.keep(value));
                    }
                    return value;
                }
            };
            ForwardHooks change =
                    maker.of(expected.get("v"), decoder.config().layers()).hooks(decoder.config(), decoder.device());
            Tensor real = expected.get("attention_mask");

            Tensor hidden = decoder.hidden(
                    expected.get("input_ids"), TextAttention.masked(real), ForwardHooks.all(List.of(change, capture)));

            for (int layer = 0; layer < outputs.size(); layer++) {
                Tensor wanted = expected.get(name + ".resid_post." + layer);
                assertThat(Parity.difference(outputs.get(layer), wanted, real)).isLessThan(TOLERANCE);
            }
            assertThat(outputs).hasSize(decoder.config().layers());
            assertThat(Parity.difference(decoder.logits(hidden), expected.get(name + ".logits"), real))
                    .isLessThan(TOLERANCE);
        }
    }
}
