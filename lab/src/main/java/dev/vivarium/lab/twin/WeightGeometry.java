package dev.vivarium.lab.twin;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.vivarium.engine.adapter.AdapterSummary;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.lab.trajectory.AdapterComparison;
import dev.vivarium.lab.trajectory.AdapterComparison.Module;
import dev.vivarium.lab.trajectory.SubspaceOverlap;
import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * How the organisms' changes lie to each other in the space of weights (protocol.md 3.6), from their files alone and exact.
 *
 * @param pairs each of the organisms with each that follows
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record WeightGeometry(List<Pair> pairs) {
    public WeightGeometry {
        pairs = List.copyOf(pairs);
    }

    /**
     * Two organisms.
     *
     * @param cosine of their whole changes s · B · A; null where one is zero
     * @param columns mean over modules of the overlap of what the changes write, the columns of B: 1 where the smaller space
     *     lies in the other, 0 where they are orthogonal; null where none is known
     * @param columnsByChance what random spaces of these dimensions have
     * @param rows the same of what the changes read, the rows of A
     * @param rowsByChance likewise
     * @param shared modules that both adapt
     * @param notShared modules that one of them adapts
     * @param blocks cosines by block; empty where names of modules have no number
     */
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    public record Pair(
            String first,
            String second,
            @Nullable Double cosine,
            @Nullable Double columns,
            double columnsByChance,
            @Nullable Double rows,
            double rowsByChance,
            int shared,
            int notShared,
            List<Block> blocks) {
        public Pair {
            blocks = List.copyOf(blocks);
        }
    }

    /** Cosines of the changes of the modules of a block: their mean, the least and the most. */
    public record Block(int block, double mean, double least, double most) {}

    /**
     * Reads the adapters' files.
     *
     * @param remarks gets why pairs cannot be compared
     * @return null where there is no pair, or one that cannot be compared
     */
    static @Nullable WeightGeometry of(List<Organism> organisms, List<String> remarks) {
        if (organisms.size() < 2) {
            return null;
        }
        AdapterComparison comparison;
        try {
            comparison = AdapterComparison.of(
                    organisms.stream().map(Organism::adapter).toList());
        } catch (InputException e) {
            remarks.add("the changes of weights are not compared: " + e.getMessage());
            return null;
        }
        List<Map<String, AdapterSummary.Place>> places = organisms.stream()
                .map(organism -> {
                    Map<String, AdapterSummary.Place> byName = new HashMap<>();
                    AdapterSummary.read(organism.adapter()).places().forEach(place -> byName.put(place.name(), place));
                    return byName;
                })
                .toList();
        List<Pair> pairs = new ArrayList<>();
        int next = 0;
        for (int i = 0; i < organisms.size(); i++) {
            for (int j = i + 1; j < organisms.size(); j++) {
                pairs.add(pair(
                        organisms.get(i).name(),
                        organisms.get(j).name(),
                        comparison.cosines().get(i).get(j),
                        comparison.pairs().get(next++),
                        places.get(i),
                        places.get(j)));
            }
        }
        return new WeightGeometry(pairs);
    }

    private static Pair pair(
            String first,
            String second,
            @Nullable Double cosine,
            AdapterComparison.Pair found,
            Map<String, AdapterSummary.Place> ofFirst,
            Map<String, AdapterSummary.Place> ofSecond) {
        double columnsByChance = 0;
        double rowsByChance = 0;
        Map<Integer, DoubleSummaryStatistics> blocks = new TreeMap<>();
        for (Module module : found.modules()) {
            AdapterSummary.Place one = ofFirst.get(module.module());
            AdapterSummary.Place other = ofSecond.get(module.module());
            if (one == null || other == null) {
                throw new IllegalStateException("both adapt " + module.module());
            }
            double larger = Math.max(one.r(), other.r());
            columnsByChance += Math.min(1, larger / one.out()) / found.modules().size();
            rowsByChance += Math.min(1, larger / one.in()) / found.modules().size();
            Integer block = one.layer();
            if (block != null && module.cosine() != null) {
                blocks.computeIfAbsent(block, unused -> new DoubleSummaryStatistics())
                        .accept(module.cosine());
            }
        }
        return new Pair(
                first,
                second,
                cosine,
                overlap(found, Module::columns),
                columnsByChance,
                overlap(found, Module::rows),
                rowsByChance,
                found.modules().size(),
                found.notShared(),
                blocks.entrySet().stream()
                        .map(block -> new Block(
                                block.getKey(),
                                block.getValue().getAverage(),
                                block.getValue().getMin(),
                                block.getValue().getMax()))
                        .toList());
    }

    private static @Nullable Double overlap(
            AdapterComparison.Pair pair, Function<Module, @Nullable SubspaceOverlap> side) {
        List<Double> known = new ArrayList<>();
        for (Module module : pair.modules()) {
            SubspaceOverlap overlap = side.apply(module);
            if (overlap != null) {
                known.add(overlap.meanCos2());
            }
        }
        return known.isEmpty()
                ? null
                : (Double) known.stream().mapToDouble(v -> v).average().orElseThrow();
    }
}
