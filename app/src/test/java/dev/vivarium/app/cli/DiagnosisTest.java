package dev.vivarium.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;

class DiagnosisTest {
    private static final Set<String> SHORT = Set.of("avx2", "fma");
    private static final Set<String> LONG = Set.of("avx2", "avx512bw", "avx512dq", "avx512vl");

    @Test
    void bfloat16IsNamedWhereItSavesNoTime() {
        assertThat(Diagnosis.bfloat16(SHORT, "amd64")).contains("saves memory but no time");
        assertThat(Diagnosis.bfloat16(LONG, "amd64")).isEmpty();
        assertThat(Diagnosis.bfloat16(Set.of("asimd"), "aarch64")).isEmpty();
        assertThat(Diagnosis.bfloat16(Set.of(), "amd64"))
                .as("what is not known")
                .isEmpty();
    }
}
