package dev.vivarium.lab.steering;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vivarium.engine.base.InputException;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class WhereTest {
    private static final int MODEL = 6;

    private final SortedSet<Integer> layers = new TreeSet<>(List.of(1, 2, 4));

    @Test
    void aWordSaysWhichVectorActsAtWhichLayer() {
        assertThat(parse("2").getFirst().sources()).isEqualTo(Map.of(2, 2));
        assertThat(parse("2@all").getFirst().sources()).isEqualTo(Map.of(0, 2, 1, 2, 2, 2, 3, 2, 4, 2, 5, 2));
        assertThat(parse("4@3-5").getFirst().sources()).isEqualTo(Map.of(3, 4, 4, 4, 5, 4));
        assertThat(parse("own").getFirst().sources()).isEqualTo(Map.of(1, 1, 2, 2, 4, 4));
        assertThat(parse("own@1-2").getFirst().sources()).isEqualTo(Map.of(1, 1, 2, 2));
    }

    @Test
    void eachAndRangesAreSettingsByThemselves() {
        assertThat(parse("each")).extracting(Where::word).containsExactly("1", "2", "4");
        assertThat(parse("1-2@all")).extracting(Where::word).containsExactly("1@all", "2@all");
        assertThat(parse("own", "1")).extracting(Where::word).containsExactly("own", "1");
    }

    @Test
    void aPlaceIsSaidInWords() {
        assertThat(parse("2").getFirst().about()).isEqualTo("layer 2");
        assertThat(parse("2@all").getFirst().about()).isEqualTo("layers 0 to 5 with the vector of layer 2");
        assertThat(parse("own").getFirst().about()).isEqualTo("layers [1, 2, 4], each with its own vector");
        assertThat(parse("own@1-2").getFirst().about()).isEqualTo("layers 1 to 2, each with its own vector");
    }

    @Test
    void whatCannotActIsRefusedInASentence() {
        refused("names layer 6, but the model has layers 0 to 5", "6");
        refused("names layer 9, but the model has layers 0 to 5", "2@4-9");
        refused("wants the vector of layer 3", "3");
        refused("wants the vector of layer 3", "own@2-3");
        refused("runs backwards", "2-1");
        refused("is not understood", "middle");
        refused("names the same twice", "each", "2");
        refused("names no layer");
    }

    private List<Where> parse(String... words) {
        return Where.parse(List.of(words), layers, MODEL);
    }

    private void refused(String message, String... words) {
        assertThatThrownBy(() -> parse(words))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(message);
    }
}
