package dev.vivarium.engine.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;

final class FloatsTest {
    @Test
    void aPartOfAMatrixTimesAPartOfAVector() {
        try (PointerScope scope = new PointerScope()) {
            Floats matrix = Floats.of(Tensors.floats(new float[] {9, 9, 1, 2, 3, 4, 5, 6}, 4, 2));
            Floats vector = Floats.of(Tensors.floats(new float[] {7, 10, 100}, 3));
            Tensor result = Tensors.floats(new float[] {-1, -1, -1, -1}, 4);
            matrix.times(2, 2, 2, vector, 1, Floats.of(result), 1);
            assertThat(Tensors.toFloats(result)).containsExactly(-1, 210, 430, -1);
            matrix.addTransposedTimes(2, 2, 2, vector, 1, Floats.of(result), 1);
            assertThat(Tensors.toFloats(result)).containsExactly(-1, 210 + 310, 430 + 420, -1);
        }
    }

    @Test
    void whatBlasWouldMisreadIsRefused() {
        try (PointerScope scope = new PointerScope()) {
            Tensor plain = Tensors.zeros(3, 2);
            assertThatThrownBy(() -> Floats.of(plain.t())).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> Floats.of(plain.to(ScalarType.Double)))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }
}
