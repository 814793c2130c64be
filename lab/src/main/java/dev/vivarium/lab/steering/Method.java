package dev.vivarium.lab.steering;

import dev.vivarium.engine.adapter.Intervention;
import dev.vivarium.engine.adapter.Intervention.Operation;
import dev.vivarium.engine.adapter.Positions;
import dev.vivarium.engine.model.Site;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** What is done with a direction (protocol.md App. A (13)); what the scale of a {@link Setting} is depends on it. */
public enum Method {
    /** h ← h + scale · v. */
    ADD("added"),
    /** h ← h + scale · ‖h‖ v̂. */
    ADD_RELATIVE("added relative to the activation's length"),
    /** h loses its part in the space of the directions and gets the scale as coefficient instead, usually zero. */
    ABLATE("ablated"),
    /** h gets the part in the space of the directions that the base's mean activation has: h ← h − QQᵀ(h − mean). */
    ABLATE_TO_BASE("ablated to the base's mean");

    private final String word;

    Method(String word) {
        this.word = word;
    }

    /** What became of a direction, for people. */
    public String word() {
        return word;
    }

    /** Whether something is taken out, not added. */
    boolean ablates() {
        return this == ABLATE || this == ABLATE_TO_BASE;
    }

    /** A scale for people, empty where it goes without saying. */
    String shown(double scale) {
        return switch (this) {
            case ADD, ADD_RELATIVE -> "scale " + Setting.number(scale);
            case ABLATE -> scale == 0 ? "" : "coefficient " + Setting.number(scale);
            case ABLATE_TO_BASE -> "";
        };
    }

    /** Where and how strongly; the scale is 1 where there is nothing to choose. */
    public record Setting(Where where, double scale) {
        /** Part of a directory's name. */
        String slug() {
            return "layer-" + where.word().replace("@", "-at-") + "_" + Setting.number(scale);
        }

        static String number(double value) {
            return value == Math.rint(value) && Math.abs(value) < 1e9
                    ? String.valueOf((long) value)
                    : String.valueOf(value);
        }
    }

    /**
     * The interventions of a setting.
     *
     * @param directions vectors by layer; several are one space
     * @param means the base's mean activation by layer, for {@link #ABLATE_TO_BASE}
     */
    List<Intervention> interventions(
            List<SortedMap<Integer, float[]>> directions,
            Setting setting,
            Site site,
            Positions positions,
            Map<Integer, float[]> means) {
        SortedMap<Integer, Integer> sources = setting.where().sources();
        // layers at which the same happens are one intervention, whose tensors are made once
        SortedMap<Integer, List<Integer>> alike = new TreeMap<>();
        sources.forEach((layer, source) -> alike.computeIfAbsent(
                        this == ABLATE_TO_BASE ? layer : source, unused -> new ArrayList<>())
                .add(layer));
        List<Intervention> interventions = new ArrayList<>();
        for (List<Integer> layers : alike.values()) {
            int first = layers.getFirst();
            List<float[]> vectors = directions.stream()
                    .map(direction -> Contender.at(direction, Contender.at(sources, first)))
                    .toList();
            Operation operation = switch (this) {
                case ADD -> new Operation.Add(vectors.getFirst(), setting.scale(), false);
                case ADD_RELATIVE -> new Operation.Add(vectors.getFirst(), setting.scale(), true);
                case ABLATE -> new Operation.Project(vectors, Collections.nCopies(vectors.size(), setting.scale()));
                case ABLATE_TO_BASE -> Operation.Project.towards(vectors, Contender.at(means, first));
            };
            interventions.add(new Intervention(layers, site, positions, operation));
        }
        return interventions;
    }
}
