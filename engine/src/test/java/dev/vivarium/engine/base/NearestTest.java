package dev.vivarium.engine.base;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class NearestTest {
    private static final List<String> KEYS = List.of("learning_rate", "rank", "alpha", "target_modules");

    @Test
    void slipsFindTheirName() {
        assertThat(Nearest.to("leraning_rate", KEYS)).contains("learning_rate");
        assertThat(Nearest.to("rnak", KEYS)).contains("rank");
        assertThat(Nearest.to("Alpha", KEYS)).contains("alpha");
        assertThat(Nearest.to("target_module", KEYS)).contains("target_modules");
    }

    @Test
    void beginningsFindTheirName() {
        assertThat(Nearest.to("learn", KEYS)).contains("learning_rate");
    }

    @Test
    void strangersFindNothing() {
        assertThat(Nearest.to("temperature", KEYS)).isEmpty();
        assertThat(Nearest.hint("temperature", KEYS)).isEmpty();
    }

    @Test
    void hintIsTheTailOfASentence() {
        assertThat(Nearest.hint("rnk", KEYS)).isEqualTo(" (did you mean \"rank\"?)");
    }
}
