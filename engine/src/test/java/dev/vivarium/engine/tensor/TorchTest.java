package dev.vivarium.engine.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TorchTest {
    @ParameterizedTest
    @CsvSource({
        "AVX2, amd64, false",
        "NO AVX, x86_64, false",
        "DEFAULT, amd64, false",
        "AVX512, amd64, true",
        "AVX512_VNNI, amd64, true",
        "DEFAULT, aarch64, true",
        "SVE256, aarch64, true"
    })
    void bfloat16NeedsLongVectorsOnX86(String capability, String architecture, boolean multiplies) {
        String build = "PyTorch built with:\n  - CPU capability usage: " + capability + "\n  - Build settings: AVX2=1";

        assertThat(Torch.multipliesBfloat16(build, architecture)).isEqualTo(multiplies);
    }

    @Test
    void libtorchStatesWhatItUses() {
        assertThat(Torch.build()).contains("CPU capability usage: ");
    }
}
