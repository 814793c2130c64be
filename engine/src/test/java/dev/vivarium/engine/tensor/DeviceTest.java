package dev.vivarium.engine.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vivarium.engine.base.InputException;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Devices by their words; what needs a GPU is held by the parity tests with {@code -Dvivarium.device=cuda}. */
class DeviceTest {
    @Test
    void wordsAreThoseOfLibtorch() {
        assertThat(Device.parse("cpu")).isEqualTo(Device.CPU);
        assertThat(Device.parse("CUDA")).isEqualTo(new Device(true, 0));
        assertThat(Device.parse("cuda:3").word()).isEqualTo("cuda:3");
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpu", "cuda:", "cuda:-1", "cuda:123", "mps", ""})
    void otherWordsAreRefused(String word) {
        assertThatThrownBy(() -> Device.parse(word))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("use cpu, cuda or cuda:N");
    }

    @Test
    void aGpuThatIsNotThereIsRefusedBeforeAnythingIsLoaded() {
        assertThatThrownBy(() -> Device.parse("cuda:99").require())
                .isInstanceOf(InputException.class)
                .hasMessageContaining("device cuda:99")
                .hasMessageContaining("--device cpu");
        assertThatCode(Device.CPU::require).doesNotThrowAnyException();
    }

    @Test
    void whatIsHereAlreadyIsNotCopied() {
        try (PointerScope scope = new PointerScope()) {
            Tensor here = Tensors.zeros(2, 3);
            assertThat(Device.of(here)).isEqualTo(Device.CPU);
            assertThat(Device.CPU.put(here)).isSameAs(here);
        }
    }
}
