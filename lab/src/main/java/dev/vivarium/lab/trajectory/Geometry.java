package dev.vivarium.lab.trajectory;

import dev.vivarium.engine.adapter.FactorGrams;
import dev.vivarium.engine.adapter.LoraFactors;
import dev.vivarium.engine.adapter.LoraFactors.Place;
import dev.vivarium.engine.adapter.LoraFactors.Side;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.lab.trajectory.Trajectory.Checkpoint;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The paths of A, of B and of the change ΔW = s · B · A, all places flattened into one vector, and how the spaces that B
 * spans come to be those of the end.
 *
 * @param places what is adapted
 * @param a path of A
 * @param b path of B
 * @param change path of ΔW
 * @param bRanges the path of B in each of {@value #RANGES} ranges of coordinates, whose inner products add up to those of
 *     {@code b}; what a bootstrap over coordinates draws from
 * @param compScore per checkpoint, against the last (protocol.md App. A (6)); null unless several places of rank 1 write
 *     outputs of one width
 * @param compScoreCentred the same after the mean over checkpoints was taken off
 * @param overlap per checkpoint, column space of B against that of the last, mean over places; null at rank 1
 */
public record Geometry(
        List<Place> places,
        WeightPath a,
        WeightPath b,
        WeightPath change,
        List<WeightPath> bRanges,
        double @Nullable [] compScore,
        double @Nullable [] compScoreCentred,
        @Nullable List<SubspaceOverlap> overlap) {
    private static final int RANGES = 16;

    public Geometry {
        places = List.copyOf(places);
        bRanges = List.copyOf(bRanges);
        overlap = overlap == null ? null : List.copyOf(overlap);
    }

    /**
     * Reads the adapters of a trajectory.
     *
     * @throws InputException if one is no LoRA adapter, or differs from the others in what it adapts, in rank or scale
     */
    public static Geometry read(Trajectory trajectory) {
        List<LoraFactors> adapters = new ArrayList<>();
        try {
            for (Checkpoint checkpoint : trajectory.checkpoints()) {
                LoraFactors adapter = LoraFactors.open(checkpoint.adapter());
                adapters.add(adapter);
                expectSame(trajectory.checkpoints().getFirst(), adapters.getFirst(), checkpoint, adapter);
            }
            return of(trajectory.steps(), adapters);
        } finally {
            adapters.forEach(LoraFactors::close);
        }
    }

    private static void expectSame(Checkpoint first, LoraFactors known, Checkpoint checkpoint, LoraFactors adapter) {
        List<Place> expected = List.copyOf(known.places().values());
        List<Place> found = List.copyOf(adapter.places().values());
        for (int i = 0; i < Math.max(expected.size(), found.size()); i++) {
            String one = i < expected.size() ? shape(expected.get(i)) : "nothing more";
            String other = i < found.size() ? shape(found.get(i)) : "nothing more";
            if (!one.equals(other)) {
                throw new InputException(checkpoint.adapter() + ": is no checkpoint of the same training as "
                        + first.adapter().getFileName() + ": it has " + other + " where that has " + one
                        + "; take it away or give its folder on its own");
            }
        }
    }

    private static String shape(Place place) {
        return place.module() + " (rank " + place.r() + ", " + place.in() + " to " + place.out() + ", scale "
                + place.scale() + ")";
    }

    private static Geometry of(int[] steps, List<LoraFactors> adapters) {
        List<Place> places = List.copyOf(adapters.getFirst().places().values());
        int n = adapters.size();
        double[][] a = new double[n][n];
        double[][][] b = new double[RANGES][n][n];
        double[][] change = new double[n][n];
        Overlaps overlaps = new Overlaps(n);
        for (Place place : places) {
            double[][] placeA = FactorGrams.flat(adapters, place.module(), Side.A, 1)[0];
            double[][][] ranges = FactorGrams.flat(adapters, place.module(), Side.B, RANGES);
            Grams.add(a, placeA);
            double[][] placeB = new double[n][n];
            for (int range = 0; range < ranges.length; range++) {
                Grams.add(b[range], ranges[range]);
                Grams.add(placeB, ranges[range]);
            }
            if (place.r() == 1) {
                Changes.addRankOne(change, placeA, placeB, place.scale());
            } else {
                double[][] components = FactorGrams.components(adapters, place.module(), Side.B);
                Changes.add(
                        change,
                        FactorGrams.components(adapters, place.module(), Side.A),
                        components,
                        place.r(),
                        place.scale());
                overlaps.add(components, place.r());
            }
        }
        double[][] whole = new double[n][n];
        for (double[][] range : b) {
            Grams.add(whole, range);
        }
        long widthA = places.stream().mapToLong(place -> place.r() * place.in()).sum();
        long widthB =
                places.stream().mapToLong(place -> place.r() * place.out()).sum();
        long widthW =
                places.stream().mapToLong(place -> place.in() * place.out()).sum();
        List<String> modules = places.stream().map(Place::module).toList();
        boolean comparable = places.size() > 1
                && places.stream().allMatch(place -> place.r() == 1)
                && places.stream().mapToLong(Place::out).distinct().count() == 1;
        return new Geometry(
                places,
                new WeightPath(steps, widthA, a),
                new WeightPath(steps, widthB, whole),
                new WeightPath(steps, widthW, change),
                IntStream.range(0, RANGES)
                        .mapToObj(range -> new WeightPath(steps, widthB / RANGES, b[range]))
                        .toList(),
                comparable ? Changes.compScores(FactorGrams.amongPlaces(adapters, modules, false)) : null,
                comparable ? Changes.compScores(FactorGrams.amongPlaces(adapters, modules, true)) : null,
                overlaps.mean());
    }

    /** Sums of overlaps over places. */
    private static final class Overlaps {
        private final List<List<SubspaceOverlap>> places = new ArrayList<>();
        private final int n;

        Overlaps(int n) {
            this.n = n;
        }

        void add(double[][] gram, int r) {
            int last = (n - 1) * r;
            double[][] end = Grams.block(gram, last, r, last, r);
            places.add(IntStream.range(0, n)
                    .mapToObj(t -> SubspaceOverlap.of(
                            Grams.block(gram, t * r, r, t * r, r), Grams.block(gram, t * r, r, last, r), end))
                    .toList());
        }

        @Nullable
        List<SubspaceOverlap> mean() {
            return places.isEmpty()
                    ? null
                    : IntStream.range(0, n).mapToObj(this::mean).toList();
        }

        private SubspaceOverlap mean(int t) {
            return new SubspaceOverlap(
                    places.stream()
                            .mapToDouble(place -> place.get(t).meanCos2())
                            .average()
                            .orElseThrow(),
                    places.stream()
                            .mapToDouble(place -> place.get(t).smallestAngle())
                            .average()
                            .orElseThrow(),
                    places.stream()
                            .mapToDouble(place -> place.get(t).largestAngle())
                            .average()
                            .orElseThrow());
        }
    }
}
