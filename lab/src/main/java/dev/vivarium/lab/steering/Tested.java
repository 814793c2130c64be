package dev.vivarium.lab.steering;

import dev.vivarium.engine.base.Hashes;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.model.ModelConfig;
import dev.vivarium.engine.model.Site;
import dev.vivarium.lab.direction.Direction;
import dev.vivarium.lab.direction.DirectionSubject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The direction that is tested, or several whose space is.
 *
 * @param directions of one site
 * @param hashes SHA-256 of their files
 */
public record Tested(List<Direction> directions, List<String> hashes) {
    public Tested {
        directions = List.copyOf(directions);
        hashes = List.copyOf(hashes);
        if (directions.isEmpty() || directions.size() != hashes.size()) {
            throw new IllegalArgumentException(directions.size() + " directions, " + hashes.size() + " hashes");
        }
        for (Direction other : directions) {
            if (other.site() != directions.getFirst().site()) {
                throw new InputException(
                        "direction " + other.name() + " lies at " + other.site().word() + " but "
                                + directions.getFirst().name() + " at "
                                + directions.getFirst().site().word() + "; a space needs directions of one site");
            }
        }
    }

    /** Reads files. */
    public static Tested read(List<Path> files) throws IOException {
        List<Direction> directions = new ArrayList<>();
        List<String> hashes = new ArrayList<>();
        for (Path file : files) {
            directions.add(Direction.read(file));
            hashes.add(Hashes.sha256(file));
        }
        return new Tested(directions, hashes);
    }

    /** The name for people. */
    public String name() {
        return directions.stream().map(Direction::name).collect(Collectors.joining(" and "));
    }

    Site site() {
        return directions.getFirst().site();
    }

    /** The layers that all of them have a vector for. */
    SortedSet<Integer> layers() {
        SortedSet<Integer> layers = new TreeSet<>(directions.getFirst().layers());
        directions.forEach(direction -> layers.retainAll(direction.layers()));
        if (layers.isEmpty()) {
            throw new InputException(
                    "directions " + name() + " have no layer in common; extract them for the same ones");
        }
        return layers;
    }

    /** @throws InputException if one was made for another model */
    void require(DirectionSubject subject) {
        ModelConfig config = subject.config();
        directions.forEach(direction -> direction.requireModel(
                subject.identity().name(), subject.identity().files(), config));
    }

    Contender contender() {
        return new Contender(
                Contender.TESTED,
                name(),
                directions.stream().map(Direction::vectors).toList());
    }

    /** What evaluations say of it. */
    Map<String, String> facts() {
        return new TreeMap<>(Map.of("direction", name(), "direction_sha256", String.join(" ", hashes)));
    }
}
