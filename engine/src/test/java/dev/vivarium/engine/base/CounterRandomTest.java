package dev.vivarium.engine.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CounterRandomTest {
    @Test
    void aValueDependsOnSeedPurposeIndicesAndCounterOnly() {
        double asked = CounterRandom.of(1, "sample", 2, 3).uniform(7);
        CounterRandom again = CounterRandom.of(1, "sample", 2, 3);
        again.uniform(0);
        assertThat(again.uniform(7)).isEqualTo(asked);
    }

    @Test
    void differentPurposesIndicesAndCountersDiffer() {
        Set<Long> bits = new HashSet<>();
        for (String purpose : new String[] {"a", "b"}) {
            for (int seed = 0; seed < 10; seed++) {
                for (int index = 0; index < 10; index++) {
                    for (int counter = 0; counter < 50; counter++) {
                        bits.add(CounterRandom.of(seed, purpose, index).bits(counter));
                    }
                }
            }
        }
        assertThat(bits).hasSize(10_000);
    }

    @Test
    void uniformNumbersFillTheUnitIntervalEvenly() {
        CounterRandom random = CounterRandom.of(5, "uniform");
        int[] cells = new int[20];
        int n = 200_000;
        double sum = 0;
        for (int i = 0; i < n; i++) {
            double u = random.uniform(i);
            assertThat(u).isBetween(0.0, Math.nextDown(1.0));
            cells[(int) (u * cells.length)]++;
            sum += u;
        }
        // five standard deviations of a binomial cell and of the mean
        assertThat(Arrays.stream(cells)).allSatisfy(c -> assertThat(c).isCloseTo(10_000, within(490)));
        assertThat(sum / n).isCloseTo(0.5, within(0.0033));
    }

    @Test
    void gaussianNumbersHaveUnitVariance() {
        CounterRandom random = CounterRandom.of(5, "gaussian");
        int n = 200_000;
        double sum = 0;
        double squares = 0;
        for (int i = 0; i < n; i++) {
            double g = random.gaussian(i);
            sum += g;
            squares += g * g;
        }
        assertThat(sum / n).isCloseTo(0, within(0.012));
        assertThat(squares / n).isCloseTo(1, within(0.016));
    }

    @Test
    void aPermutationHoldsEachIndexOnce() {
        int[] order = CounterRandom.of(9, "order", 4).permutation(1000);
        int[] sorted = IntStream.range(0, 1000).toArray();
        assertThat(order).isNotEqualTo(sorted);
        assertThat(Arrays.stream(order).sorted().toArray()).isEqualTo(sorted);
    }
}
