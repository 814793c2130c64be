package dev.vivarium.lab.phase;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * When an event happens in several trainings, as a share of training.
 *
 * @param event its name
 * @param shares step over last step, by training
 * @param mean of the shares
 * @param sd standard deviation over trainings (n - 1); null with one
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
record Aligned(
        String event,
        List<Double> shares,
        double mean,
        @Nullable Double sd) {
    static List<Aligned> of(List<Phase> phases) {
        Set<String> names = new LinkedHashSet<>();
        phases.forEach(phase -> phase.events().forEach(event -> names.add(event.name())));
        return names.stream().map(name -> of(name, phases)).toList();
    }

    private static Aligned of(String name, List<Phase> phases) {
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
                Arrays.stream(shares).boxed().toList(),
                mean,
                shares.length < 2 ? null : Math.sqrt(squares / (shares.length - 1)));
    }
}
