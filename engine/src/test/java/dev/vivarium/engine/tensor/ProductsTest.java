package dev.vivarium.engine.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorArrayRefOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;

class ProductsTest {
    private static final double BFLOAT16_ROUNDING = 1.0 / 256; // relative to the largest value; 8 bits of mantissa
    private static final double ROUNDING = 1e-5; // relative to the largest value; sums of 1,024 to 4,096 products

    @Test
    void aLargeFrozenWeightGivesTheValuesAndGradientsOfLinear() {
        try (PointerScope scope = new PointerScope()) {
            Tensor weight = torch.randn(4096, 1024);
            Tensor bias = torch.randn(4096);
            Tensor x = torch.randn(2, 3, 1024).requires_grad_(true);
            Tensor same = x.detach().clone().requires_grad_(true);

            Tensor ours = Products.linear(x, weight, bias);
            Tensor theirs = torch.linear(same, weight, bias);
            ours.mul(ours).sum().backward();
            theirs.mul(theirs).sum().backward();

            assertThat(ours.shape()).isEqualTo(theirs.shape());
            assertThat(apart(ours, theirs)).isLessThan(ROUNDING);
            assertThat(apart(x.grad(), same.grad())).isLessThan(ROUNDING);
            assertThat(apart(Products.linear(x, weight, null), torch.linear(x, weight)))
                    .isLessThan(ROUNDING);
        }
    }

    @Test
    void aSingleRowIsTheSameProduct() {
        try (PointerScope scope = new PointerScope()) {
            Tensor weight = torch.randn(40, 24);
            Tensor bias = torch.randn(40);
            Tensor row = torch.randn(1, 1, 24);

            Tensor product = Products.linear(row, weight, bias);

            assertThat(product.shape()).containsExactly(1, 1, 40);
            assertThat(apart(product, torch.linear(row, weight, bias))).isLessThan(ROUNDING);
            assertThat(apart(Products.linear(row, weight, null), torch.linear(row, weight)))
                    .isLessThan(ROUNDING);
        }
    }

    /** The kernels sum in float32 too, and round once; so only the order of the sums differs. */
    @Test
    void bfloat16IsMultipliedInFloat32AndRoundedOnce() {
        try (PointerScope scope = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard()) {
            Tensor weight = torch.randn(700, 512).to(ScalarType.BFloat16); // two parts
            Tensor bias = torch.randn(700).to(ScalarType.BFloat16);
            Tensor x = torch.randn(2, 3, 512).to(ScalarType.BFloat16);

            Tensor product = Products.widely(x, weight, bias);

            assertThat(Tensors.type(product)).isEqualTo(ScalarType.BFloat16);
            assertThat(product.shape()).containsExactly(2, 3, 700);
            Tensor exact = torch.linear(wide(x), wide(weight), wide(bias));
            assertThat(apart(wide(product), exact)).isLessThan(BFLOAT16_ROUNDING);
        }
    }

    @Test
    void theWidenedProductHasTheGradientsOfLinear() {
        try (PointerScope scope = new PointerScope()) {
            Tensor weight = torch.randn(40, 24).to(ScalarType.BFloat16);
            Tensor x = torch.randn(5, 24).to(ScalarType.BFloat16).requires_grad_(true);
            Tensor slope = torch.randn(5, 40).to(ScalarType.BFloat16);

            Products.widely(x, weight, null).backward(slope, new BoolOptional(), false, new TensorArrayRefOptional());

            Tensor exact = torch.mm(wide(slope), wide(weight));
            assertThat(apart(wide(x.grad()), exact)).isLessThan(BFLOAT16_ROUNDING);
            assertThat(apart(wide(Products.slopeOfInput(slope, weight)), exact)).isLessThan(BFLOAT16_ROUNDING);
        }
    }

    @Test
    void productsOfBfloat16AreRoundedOnceOnAnyProcessor() {
        try (PointerScope scope = new PointerScope()) {
            Tensor left = torch.randn(3, 8, 16).to(ScalarType.BFloat16);
            Tensor right = torch.randn(3, 16, 8).to(ScalarType.BFloat16);
            assertThat(apart(wide(Products.bmm(left, right)), torch.bmm(wide(left), wide(right))))
                    .isLessThan(BFLOAT16_ROUNDING);

            Tensor x = torch.randn(8, 8).to(ScalarType.BFloat16);
            Tensor exact = wide(x).add(torch.mm(wide(left.get(0)), wide(right.get(0))), new Scalar(0.5));
            assertThat(apart(wide(Products.addmm(x, left.get(0), right.get(0), 0.5)), exact))
                    .isLessThan(BFLOAT16_ROUNDING);
        }
    }

    private static Tensor wide(Tensor tensor) {
        return tensor.detach().to(ScalarType.Float);
    }

    private static double apart(Tensor a, Tensor b) {
        return a.sub(b).abs().max().item_double() / b.abs().max().item_double();
    }
}
