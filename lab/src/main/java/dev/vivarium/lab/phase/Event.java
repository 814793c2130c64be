package dev.vivarium.lab.phase;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.vivarium.engine.base.CounterRandom;
import dev.vivarium.lab.statistics.Interval;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Something that happens at a step of a training.
 *
 * @param name for people
 * @param step where
 * @param interval percentiles of {@code draws}
 * @param draws where it happens in data that are drawn anew
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
record Event(
        String name,
        double step,
        Interval interval,
        @JsonIgnore double[] draws) {
    private static final int PAIRS = 4_000;

    static Event of(String name, double step, double[] draws, String method) {
        double[] sorted = draws.clone();
        Arrays.sort(sorted);
        double low = Math.min(step, sorted[(int) Math.floor(0.025 * (sorted.length - 1))]);
        double high = Math.max(step, sorted[(int) Math.ceil(0.975 * (sorted.length - 1))]);
        return new Event(name, step, new Interval(low, high, method), draws);
    }

    /**
     * How two events lie to each other.
     *
     * @param first an event
     * @param second another
     * @param difference steps from the first to the second
     * @param interval percentiles of the difference of independent draws
     * @param share of the draws in which the first comes before the second, ties as half
     */
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    record Order(String first, String second, double difference, Interval interval, double share) {}

    /** All pairs, in the order of the list. */
    static List<Order> orders(List<Event> events, long seed) {
        List<Order> orders = new ArrayList<>();
        for (int i = 0; i < events.size(); i++) {
            for (int j = i + 1; j < events.size(); j++) {
                orders.add(order(events.get(i), events.get(j), CounterRandom.of(seed, "order-of-events", i, j)));
            }
        }
        return orders;
    }

    private static Order order(Event first, Event second, CounterRandom random) {
        double[] differences = new double[PAIRS];
        double before = 0;
        for (int pair = 0; pair < PAIRS; pair++) {
            double one = first.draws[random.below(first.draws.length, 2L * pair)];
            double other = second.draws[random.below(second.draws.length, 2L * pair + 1)];
            differences[pair] = other - one;
            before += other > one ? 1 : other == one ? 0.5 : 0;
        }
        double difference = second.step - first.step;
        Event of = of("", difference, differences, "independent draws of both, 95 %");
        return new Order(first.name, second.name, difference, of.interval, before / PAIRS);
    }
}
