package dev.vivarium.lab.statistics;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.vivarium.lab.statistics.Frontier.Checkpoint;
import dev.vivarium.lab.statistics.Frontier.Match;
import dev.vivarium.lab.statistics.Frontier.Tally;
import java.util.List;
import org.junit.jupiter.api.Test;

class FrontierTest {
    private static final List<Checkpoint> PLAIN = List.of(
            checkpoint("0", new int[] {0, 0}, new int[] {0, 0}),
            checkpoint("1", new int[] {4, 4}, new int[] {2, 2}),
            checkpoint("2", new int[] {8, 8}, new int[] {6, 6}));
    private static final List<Checkpoint> DEFENDED = List.of(
            checkpoint("0", new int[] {0, 0}, new int[] {0, 0}), checkpoint("1", new int[] {6, 6}, new int[] {1, 1}));

    @Test
    void broadRatesAreInterpolatedWhereNarrowOnesAreEqual() {
        Frontier frontier = new Frontier(PLAIN, DEFENDED);
        assertThat(frontier.highestCommon(Confidence.DEFAULT)).isEqualTo(0.6);
        Match match = frontier.at(0.6, Confidence.DEFAULT);
        assertThat(match.broad()).isCloseTo(0.4, within(1e-12));
        assertThat(match.broadAgainst()).isCloseTo(0.1, within(1e-12));
        assertThat(match.difference()).isCloseTo(0.3, within(1e-12));
        // All questions of a kind are alike here, so drawing them anew changes nothing.
        Interval interval = requireNonNull(match.interval());
        assertThat(interval.low()).isCloseTo(0.3, within(1e-12));
        assertThat(interval.high()).isCloseTo(0.3, within(1e-12));
        assertThat(frontier.at(0.2, Confidence.DEFAULT).broad()).isCloseTo(0.1, within(1e-12));
    }

    @Test
    void aRateThatIsNotReachedHasNoValue() {
        Match match = new Frontier(PLAIN, DEFENDED).at(0.7, Confidence.DEFAULT);
        assertThat(match.broad()).isCloseTo(0.5, within(1e-12));
        assertThat(match.broadAgainst()).isNaN();
        assertThat(match.difference()).isNaN();
        assertThat(match.interval()).isNull();
    }

    @Test
    void questionsThatDifferGiveWidth() {
        List<Checkpoint> uneven = List.of(
                checkpoint("0", new int[] {0, 0, 0}, new int[] {0, 0, 0}),
                checkpoint("1", new int[] {8, 7, 6}, new int[] {9, 1, 2}));
        List<Checkpoint> even = List.of(
                checkpoint("0", new int[] {0, 0, 0}, new int[] {0, 0, 0}),
                checkpoint("1", new int[] {8, 7, 6}, new int[] {1, 1, 1}));
        Interval interval = requireNonNull(
                new Frontier(uneven, even).at(0.5, Confidence.DEFAULT).interval());
        assertThat(interval.high() - interval.low()).isGreaterThan(0.2);
        assertThat(interval.method()).contains("narrow and broad questions");
    }

    @Test
    void onePointIsNoPath() {
        assertThatThrownBy(() -> new Frontier(PLAIN.subList(0, 1), DEFENDED)).hasMessageContaining("two checkpoints");
    }

    private static Checkpoint checkpoint(String name, int[] narrow, int[] broad) {
        return new Checkpoint(name, tally(narrow), tally(broad));
    }

    /** Ten answers to each question. */
    private static Tally tally(int[] hits) {
        List<Integer> list = java.util.Arrays.stream(hits).boxed().toList();
        return new Tally(list, list.stream().map(hit -> 10).toList());
    }
}
