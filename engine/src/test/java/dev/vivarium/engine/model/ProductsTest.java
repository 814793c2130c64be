package dev.vivarium.engine.model;

import static org.assertj.core.api.Assertions.assertThat;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

class ProductsTest {
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

    private static double apart(Tensor a, Tensor b) {
        return a.sub(b).abs().max().item_double() / b.abs().max().item_double();
    }
}
