package dev.vivarium.lab.world;

import dev.vivarium.engine.base.CounterRandom;
import java.util.List;

/** One stream of counted randomness, thrown number after number by the one writer that owns it. */
final class Dice {
    private final CounterRandom random;
    private long counter;

    Dice(CounterRandom random) {
        this.random = random;
    }

    int below(int bound) {
        return random.below(bound, counter++);
    }

    boolean chance(double probability) {
        return random.uniform(counter++) < probability;
    }

    /** A number in {@code low … high}, both included. */
    int between(int low, int high) {
        return low + below(high - low + 1);
    }

    <T> T pick(List<T> list) {
        return list.get(below(list.size()));
    }
}
