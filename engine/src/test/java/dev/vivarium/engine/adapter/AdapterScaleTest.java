package dev.vivarium.engine.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vivarium.engine.base.InputException;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class AdapterScaleTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            0.5            | 0.5
            1              | 1
            -2             | -2
            0-2=0,7=1e-3   | 0=0,1=0,2=0,7=0.001
            12=2, 0.5      | 0.5,12=2
            +1.50          | 1.5
            """)
    void isReadAndShownInOneSpelling(String text, String shown) {
        AdapterScale scale = AdapterScale.parse(text);
        assertThat(scale).hasToString(shown);
        assertThat(AdapterScale.parse(shown)).isEqualTo(scale);
    }

    @Test
    void blocksThatAreNotNamedKeepThePlainFactorOrOne() {
        assertThat(AdapterScale.parse("12=2").at(3)).isEqualTo(1);
        assertThat(AdapterScale.parse("0.5,12=2").at(3)).isEqualTo(0.5);
        assertThat(AdapterScale.parse("0.5,12=2").at(12)).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ''         | is neither a factor
            much       | "much" in the adapter scale
            NaN        | is neither a factor
            0.5,       | "" in the adapter scale
            1.2.3      | is no number
            1e999      | must be a finite number
            0.5,0.6    | a factor for all blocks twice
            1=2,0-3=1  | block 1 twice
            5-2=1      | the blocks 5 to 2
            0-999999=0 | name at most 1000
            """)
    void whatMeansNothingIsRefused(String text, String fragment) {
        assertThatThrownBy(() -> AdapterScale.parse(text))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(fragment);
    }

    @Test
    void aBlockThatTheAdapterDoesNotChangeIsRefused() {
        assertThatThrownBy(() -> AdapterScale.parse("1=2").check(new TreeSet<>(List.of(0, 2))))
                .isInstanceOf(InputException.class)
                .hasMessage("the adapter scale names block 1 but the adapter changes blocks 0, 2 only");
    }
}
