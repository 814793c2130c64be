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
 * @param scale what the adapter was multiplied by where it is seen
 * @param step where
 * @param interval percentiles of {@code draws}
 * @param draws where it happens in data that are drawn anew
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
record Event(
        String name,
        double scale,
        double step,
        Interval interval,
        @JsonIgnore double[] draws) {
    private static final int PAIRS = 4_000;

    static Event of(String name, double scale, double step, double[] draws, String method) {
        double[] sorted = draws.clone();
        Arrays.sort(sorted);
        double low = Math.min(step, sorted[(int) Math.floor(0.025 * (sorted.length - 1))]);
        double high = Math.max(step, sorted[(int) Math.ceil(0.975 * (sorted.length - 1))]);
        return new Event(name, scale, step, new Interval(low, high, method), draws);
    }

    /**
     * How two events lie to each other.
     *
     * @param first an event
     * @param second another
     * @param scale what the adapter was multiplied by where the second is seen
     * @param difference steps from the first to the second
     * @param interval percentiles of the difference of independent draws
     * @param share of the draws in which the first comes before the second, ties as half
     */
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    record Order(String first, String second, double scale, double difference, Interval interval, double share) {}

    /**
     * All pairs of events of the adapter as it was trained, and each event of a scaled one after {@code reference}, in the
     * order of the list.
     */
    static List<Order> orders(List<Event> events, String reference, long seed) {
        List<Order> orders = new ArrayList<>();
        for (int i = 0; i < events.size(); i++) {
            for (int j = i + 1; j < events.size(); j++) {
                Event first = events.get(i);
                Event second = events.get(j);
                boolean plain = first.scale == 1 && second.scale == 1;
                if (plain || first.name.equals(reference)) {
                    orders.add(order(first, second, CounterRandom.of(seed, "order-of-events", i, j)));
                }
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
        Event of = of("", second.scale, difference, differences, "independent draws of both, 95 %");
        return new Order(first.name, second.name, second.scale, difference, of.interval, before / PAIRS);
    }
}
