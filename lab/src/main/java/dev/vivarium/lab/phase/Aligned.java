package dev.vivarium.lab.phase;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * When an event happens in several trainings, as a share of training.
 *
 * @param event its name
 * @param scale what the adapter was multiplied by where it is seen
 * @param shares step over last step, by training
 * @param mean of the shares
 * @param sd standard deviation over trainings (n - 1); null with one
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
record Aligned(
        String event,
        double scale,
        List<Double> shares,
        double mean,
        @Nullable Double sd) {
    static List<Aligned> of(List<Phase> phases) {
        Map<String, Double> scales = new LinkedHashMap<>();
        phases.forEach(phase -> phase.events().forEach(event -> scales.putIfAbsent(event.name(), event.scale())));
        return scales.entrySet().stream()
                .map(event -> of(event.getKey(), event.getValue(), phases))
                .toList();
    }

    private static Aligned of(String name, double scale, List<Phase> phases) {
        double[] shares = phases.stream()
                .flatMap(phase -> phase.events().stream()
                        .filter(event -> event.name().equals(name))
                        .map(event -> event.step() / phase.trajectory().lastStep()))
                .mapToDouble(Double::doubleValue)
                .toArray();
        double mean = Arrays.stream(shares).average().orElseThrow();
        double squares = Arrays.stream(shares)
                .map(share -> (share - mean) * (share - mean))
                .sum();
        return new Aligned(
                name,
                scale,
                Arrays.stream(shares).boxed().toList(),
                mean,
                shares.length < 2 ? null : Math.sqrt(squares / (shares.length - 1)));
    }
}
