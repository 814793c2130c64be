package dev.vivarium.lab.hub;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class SizesTest {
    @Test
    void sizesAreShortAndRounded() {
        assertThat(Sizes.shown(0)).isEqualTo("0 bytes");
        assertThat(Sizes.shown(999)).isEqualTo("999 bytes");
        assertThat(Sizes.shown(1000)).isEqualTo("1.0 kB");
        assertThat(Sizes.shown(999_949)).isEqualTo("999.9 kB");
        assertThat(Sizes.shown(999_950)).isEqualTo("1.0 MB");
        assertThat(Sizes.shown(98_100_000)).isEqualTo("98.1 MB");
        assertThat(Sizes.shown(Long.MAX_VALUE)).isEqualTo("9223372.0 TB");
    }
}
