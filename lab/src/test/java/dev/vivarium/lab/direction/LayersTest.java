package dev.vivarium.lab.direction;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

final class LayersTest {
    @Test
    void layersAreWrittenAsTheyAreParsed() {
        for (String word : List.of("3", "0-5", "0-8,11", "2,4,10-12")) {
            assertThat(Layers.word(Layers.parse(word))).isEqualTo(word);
        }
    }

    @Test
    void allThatAreLeftOutShareASentence() {
        assertThat(Layers.leftOut(Layers.parse("0-8,11"), "alike"))
                .containsExactly("layers 0-8,11 are left out: alike");
        assertThat(Layers.leftOut(Layers.parse("7"), "alike")).containsExactly("layer 7 is left out: alike");
        assertThat(Layers.leftOut(new TreeSet<>(), "alike")).isEmpty();
    }
}
