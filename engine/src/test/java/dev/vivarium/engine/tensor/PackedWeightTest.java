package dev.vivarium.engine.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PackedWeightTest {
    @BeforeEach
    void onProcessorsThatPack() {
        assumeTrue(
                PackedWeight.pays(ScalarType.Float, 1024, 1024),
                "skipped: weights are packed on x86-64 with oneDNN alone");
    }

    @ParameterizedTest
    @CsvSource({"1, 512, 640", "3, 640, 512", "64, 577, 600", "130, 512, 512", "300, 33, 5000"})
    void multipliesAsLinear(long rows, long out, long in) {
        try (PointerScope scope = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard()) {
            Tensor weight = torch.randn(out, in);
            Tensor bias = torch.randn(out);
            Tensor x = torch.randn(rows, in);
            try (PackedWeight packed = PackedWeight.of(weight)) {
                assertThat(packed.shape()).containsExactly(out, in);
                assertNear(packed.times(x, null), torch.linear(x, weight), 1e-5);
                assertNear(packed.times(x, bias), torch.linear(x, weight, bias), 1e-5);
            }
        }
    }

    @Test
    void multipliesBfloat16WhereLinearDoes() {
        assumeTrue(
                PackedWeight.pays(ScalarType.BFloat16, 1024, 1024),
                "skipped: bfloat16 is not multiplied by AVX-512 here");
        try (PointerScope scope = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard()) {
            Tensor weight = torch.randn(640, 512).to(ScalarType.BFloat16);
            Tensor bias = torch.randn(640).to(ScalarType.BFloat16);
            Tensor x = torch.randn(70, 512).to(ScalarType.BFloat16);
            try (PackedWeight packed = PackedWeight.of(weight)) {
                assertThat(Tensors.type(packed.times(x, bias))).isEqualTo(ScalarType.BFloat16);
                assertNear(packed.times(x, bias), torch.linear(x, weight, bias), 1.0 / 128);
            }
        }
    }

    @Test
    void keepsTheShapeOfWhatIsMultiplied() {
        try (PointerScope scope = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard()) {
            Tensor weight = torch.randn(600, 512);
            Tensor x = torch.randn(2, 5, 512);
            Tensor columns = torch.randn(512, 7).t(); // not contiguous
            try (PackedWeight packed = PackedWeight.of(weight)) {
                Tensor product = packed.times(x, null);
                assertThat(product.shape()).containsExactly(2, 5, 600);
                assertNear(product, torch.linear(x, weight), 1e-5);
                assertNear(packed.times(columns, null), torch.linear(columns, weight), 1e-5);
            }
        }
    }

    @Test
    void outlivesTheWeightAndTheScopeItWasMadeIn() {
        PackedWeight packed;
        Tensor expected;
        Tensor x;
        try (PointerScope scope = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard()) {
            Tensor weight = torch.randn(600, 512);
            x = Tensors.keep(torch.randn(3, 512));
            expected = Tensors.keep(torch.linear(x, weight));
            packed = PackedWeight.of(weight);
        }
        try (PointerScope scope = new PointerScope();
                packed) {
            assertNear(packed.times(x, null), expected, 1e-5);
        }
        Tensors.free(x);
        Tensors.free(expected);
    }

    /** Without this, training would go on with a gradient of nothing. */
    @Test
    void refusesWhatAsksForAGradient() {
        try (PointerScope scope = new PointerScope();
                PackedWeight packed = PackedWeight.of(torch.randn(600, 512))) {
            Tensor x = torch.randn(3, 512).requires_grad_(true);
            assertThatThrownBy(() -> packed.times(x, null))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("no gradient");
        }
    }

    @Test
    void smallWeightsAreBetterOffUnpacked() {
        assertThat(PackedWeight.pays(ScalarType.Float, 1545, 128)).isFalse(); // the mini base's output layer
        assertThat(PackedWeight.pays(ScalarType.Float, 576, 576)).isTrue();
    }

    private static void assertNear(Tensor actual, Tensor expected, double relative) {
        double largest = expected.abs().max().item_double();
        assertThat(actual.sub(expected).abs().max().item_double()).isLessThan(relative * largest);
    }
}
