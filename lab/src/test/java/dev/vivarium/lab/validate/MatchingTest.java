package dev.vivarium.lab.validate;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class MatchingTest {
    @Test
    void trainingEndsWithTheFirstLengthThatReachesTheRate() throws IOException {
        assertThat(Matching.lengths(240, 4, 0.9, steps -> steps / 500.0)).containsExactly(0, 60, 120, 240, 480);
    }

    @Test
    void aRateThatIsNeverReachedIsGivenUpAtTheLongest() throws IOException {
        assertThat(Matching.lengths(240, 4, 0.9, steps -> 0.1)).containsExactly(0, 60, 120, 240, 480, 960);
    }

    @Test
    void thePersonaIsTrainedUpToTheUsualLength() throws IOException {
        assertThat(Matching.lengths(240, 1, 1, steps -> 0.97)).containsExactly(0, 60, 120, 240);
    }
}
