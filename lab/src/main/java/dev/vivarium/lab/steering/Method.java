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
    ABLATE("ablated");

    private final String word;

    Method(String word) {
        this.word = word;
    }

    /** What became of a direction, for people. */
    public String word() {
        return word;
    }

    /** Where and how strongly. */
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

    /** The interventions of a setting, with vectors by layer; several sets of vectors are one space. */
    List<Intervention> interventions(
            List<SortedMap<Integer, float[]>> directions, Setting setting, Site site, Positions positions) {
        SortedMap<Integer, List<Integer>> acting = new TreeMap<>();
        setting.where()
                .sources()
                .forEach((layer, source) -> acting.computeIfAbsent(source, unused -> new ArrayList<>())
                        .add(layer));
        List<Intervention> interventions = new ArrayList<>();
        for (Map.Entry<Integer, List<Integer>> entry : acting.entrySet()) {
            List<float[]> vectors = new ArrayList<>();
            for (SortedMap<Integer, float[]> direction : directions) {
                float[] vector = direction.get(entry.getKey());
                if (vector == null) {
                    throw new IllegalArgumentException("no vector for layer " + entry.getKey());
                }
                vectors.add(vector);
            }
            interventions.add(new Intervention(entry.getValue(), site, positions, operation(vectors, setting.scale())));
        }
        return interventions;
    }

    private Operation operation(List<float[]> vectors, double scale) {
        return switch (this) {
            case ADD -> new Operation.Add(vectors.getFirst(), scale, false);
            case ADD_RELATIVE -> new Operation.Add(vectors.getFirst(), scale, true);
            case ABLATE -> new Operation.Project(vectors, Collections.nCopies(vectors.size(), scale));
        };
    }
}
