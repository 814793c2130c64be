package dev.vivarium.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.vivarium.engine.base.CounterRandom;
import dev.vivarium.engine.model.Decoder;
import dev.vivarium.engine.model.ModelConfig;
import dev.vivarium.engine.model.Precision;
import dev.vivarium.engine.model.RandomWeights;
import dev.vivarium.engine.model.RopeSettings;
import dev.vivarium.engine.tensor.Tensors;
import dev.vivarium.engine.text.TokenRow;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.data.Offset;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PredictedTokensTest {
    private static final int VOCABULARY = 300;
    private static final int HIDDEN = 64;
    /** Rounding of a gradient whose largest values are near 1e-2. */
    private static final float ROUNDING = 1e-7f;

    /** One step of 8 bits there. */
    private static final float BFLOAT16_ROUNDING = 1e-2f / 256;

    /** Two parts of 16 and one of fewer. */
    private static final long SMALL = 16L * VOCABULARY;

    @ParameterizedTest
    @EnumSource(Precision.class)
    void partsGiveTheGradientOfTheWhole(Precision precision) {
        try (PointerScope scope = new PointerScope()) {
            Decoder decoder = decoder(precision);
            Tensor whole = states(precision);
            Tensor parts = states(precision);
            double loss = tokens(decoder, PredictedTokens.MOST).likelihood(whole, 38);
            assertThat(tokens(decoder, SMALL).likelihood(parts, 38)).isCloseTo(loss, within(1e-6));
            // on some processors a product of more rows adds up in another order
            float rounding = precision == Precision.FLOAT32 ? ROUNDING : BFLOAT16_ROUNDING;
            assertThat(Tensors.toFloats(parts.grad()))
                    .containsExactly(Tensors.toFloats(whole.grad()), Offset.offset(rounding));
        }
    }

    @Test
    void theGradientIsThatOfAutograd() {
        try (PointerScope scope = new PointerScope()) {
            Decoder decoder = decoder(Precision.FLOAT32);
            Tensor own = states(Precision.FLOAT32);
            Tensor reference = states(Precision.FLOAT32);
            PredictedTokens tokens = tokens(decoder, SMALL);
            double loss = tokens.likelihood(own, 38);
            Tensor logits = decoder.logits(tokens.choose(reference));
            Tensor expected = torch.cross_entropy_loss(
                            logits, tokens.batch().labels(), new TensorOptional(), 2, -100, 0.0)
                    .div(new Scalar(38.0));
            expected.backward();
            assertThat(loss).isCloseTo(expected.item_double(), within(1e-6));
            assertThat(Tensors.toFloats(own.grad())).containsExactly(Tensors.toFloats(reference.grad()), offset());
            assertThat(tokens.negativeLogLikelihood(own.detach()) / 38).isCloseTo(loss, within(1e-6));
        }
    }

    @Test
    void theGradientOfTheDivergenceIsThatOfAutograd() {
        try (PointerScope scope = new PointerScope()) {
            Decoder decoder = decoder(Precision.FLOAT32);
            Tensor own = states(Precision.FLOAT32);
            Tensor reference = states(Precision.FLOAT32);
            PredictedTokens tokens = tokens(decoder, SMALL);
            Tensor frozen = tokens.choose(own.detach()).mul(new Scalar(0.5));
            double mean = tokens.divergence(own, frozen, 38, 3);
            Tensor r = torch.log_softmax(decoder.logits(frozen), -1);
            Tensor q = torch.log_softmax(decoder.logits(tokens.choose(reference)), -1);
            Tensor expected = r.exp().mul(r.sub(q)).sum().div(new Scalar(38.0));
            expected.mul(new Scalar(3.0)).backward();
            assertThat(mean).isPositive().isCloseTo(expected.item_double(), within(1e-6));
            assertThat(Tensors.toFloats(own.grad())).containsExactly(Tensors.toFloats(reference.grad()), offset());
        }
    }

    @Test
    void rowsInBfloat16ComeInFewLengths() {
        List<Long> widths = new ArrayList<>();
        for (long count = 1; count <= 1024; count++) {
            long width = Widths.of(count, Precision.BFLOAT16);
            assertThat(width).isGreaterThanOrEqualTo(count).isLessThan(count + Math.max(16, count / 8 + 1));
            assertThat(Widths.of(count, Precision.FLOAT32)).isEqualTo(count);
            if (!widths.contains(width)) {
                widths.add(width);
            }
        }
        assertThat(widths).hasSizeLessThan(40);
        assertThat(Widths.ofText(509, config(), Precision.BFLOAT16)).isEqualTo(512);
        assertThat(Widths.ofText(500, config(), Precision.BFLOAT16)).isEqualTo(512);
    }

    private static Offset<Float> offset() {
        return Offset.offset(ROUNDING);
    }

    private static PredictedTokens tokens(Decoder decoder, long most) {
        List<TokenRow> rows = new ArrayList<>();
        for (int r = 0; r < 2; r++) {
            int[] ids = new int[20];
            Arrays.setAll(ids, t -> (7 * t + 1) % VOCABULARY);
            boolean[] supervised = new boolean[20];
            Arrays.fill(supervised, true);
            rows.add(new TokenRow(ids, supervised));
        }
        return new PredictedTokens(decoder, PaddedBatch.of(rows, 20), most); // 38 predicted tokens
    }

    private static Tensor states(Precision precision) {
        float[] values = new float[2 * 20 * HIDDEN];
        CounterRandom random = CounterRandom.of(4, "states");
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.gaussian(i);
        }
        Tensor states =
                Tensors.floats(values, 2, 20, HIDDEN).to(precision.scalarType()).detach();
        states.requires_grad_(true);
        return states;
    }

    private static ModelConfig config() {
        RopeSettings rope = new RopeSettings(1e4, RopeSettings.Scaling.NONE);
        return new ModelConfig(
                "llama", VOCABULARY, HIDDEN, 160, 1, 4, 2, 16, 1e-6, rope, false, false, false, false, 512, List.of());
    }

    private static Decoder decoder(Precision precision) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        RandomWeights.of(config(), 0.1, 3)
                .forEach((name, tensor) -> tensors.put(name, tensor.to(precision.scalarType())));
        return Decoder.of(config(), tensors);
    }
}
