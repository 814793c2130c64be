package dev.vivarium.lab.steering;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vivarium.lab.steering.Method.Setting;
import dev.vivarium.lab.steering.SweepPlan.Goal;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

final class TriedTest {
    private static final List<Where> PLACES = Where.parse(List.of("each"), new TreeSet<>(List.of(0, 1, 2)), 3);

    @Test
    void whatReducesIsChosenByBothModels() {
        Tried harmful = tried(0, 0, 0.01, 0.99, (82.2 + 82.5) / 2);
        Tried harmless = tried(1, 0, 0.02, 0.99, (91.0 + 99.4) / 2);
        Tried useless = tried(2, 0, 0.45, 0.97, (40.0 + 99.4) / 2);
        assertThat(Tried.best(List.of(harmful, harmless, useless), Goal.REDUCE)).isEqualTo(harmless);
    }

    @Test
    void whatInducesIsChosenByMisalignment() {
        Tried weak = tried(0, 2, 0.2, 0.95, 80);
        Tried strong = tried(0, 4, 0.3, 0.91, 70);
        Tried noise = tried(0, 8, 0.4, 0.89, 60);
        assertThat(Tried.best(List.of(weak, strong, noise), Goal.INDUCE)).isEqualTo(strong);
    }

    @Test
    void brokenAnswersAreNoSuccessUnlessAllAreBroken() {
        Tried broken = tried(0, 0, 0, 0.5, 99);
        Tried whole = tried(1, 0, 0.3, 0.9, 60);
        assertThat(Tried.best(List.of(broken, whole), Goal.REDUCE)).isEqualTo(whole);
        assertThat(Tried.best(List.of(broken), Goal.REDUCE)).isEqualTo(broken);
    }

    @Test
    void ofEqualsTheSmallestScaleIsTaken() {
        assertThat(Tried.best(List.of(tried(0, 4, 0.3, 1, 70), tried(0, -2, 0.3, 1, 70)), Goal.INDUCE)
                        .setting()
                        .scale())
                .isEqualTo(-2);
    }

    private static Tried tried(int place, double scale, double em, double coherent, double aligned) {
        return new Tried(new Setting(PLACES.get(place), scale), em, coherent, aligned);
    }
}
