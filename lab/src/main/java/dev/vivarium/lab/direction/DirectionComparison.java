package dev.vivarium.lab.direction;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.vivarium.engine.base.InputException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;
import org.hipparchus.distribution.continuous.TDistribution;
import org.jspecify.annotations.Nullable;

/**
 * Cosines among directions of one model, layer by layer.
 *
 * @param schema version of this document
 * @param directions as they were named, each with where it lies
 * @param width values of a vector
 * @param nullBand absolute cosine that 95 % of pairs of random vectors of that width stay below
 * @param layers those that at least two directions have
 * @param remarks what a reader should know
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record DirectionComparison(
        int schema, List<Named> directions, int width, double nullBand, List<Layer> layers, List<String> remarks) {
    private static final double TAIL = 0.025;
    private static final double NORMAL = 1.959963984540054;

    /**
     * One of the directions.
     *
     * @param name unique among them
     * @param site of its activations
     * @param way how it was made
     * @param positive n+
     * @param negative n−
     */
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    public record Named(String name, String site, String way, int positive, int negative) {}

    /**
     * One layer.
     *
     * @param norms of the vectors, by direction; null where it has none
     * @param reliability of the vectors; null where none is known
     * @param cosines (n, n); null where one of the two has no vector
     * @param pairs each two directions once
     */
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    public record Layer(
            int layer,
            List<@Nullable Double> norms,
            List<@Nullable Reliability> reliability,
            List<List<@Nullable Double>> cosines,
            List<Pair> pairs) {}

    /**
     * Two directions at a layer.
     *
     * @param interval 95 % over other questions, by the bootstrap's deviation of Fisher's z; null where one was not made of
     *     texts or its draws are not beside it
     * @param corrected the cosine that endless texts would give, cos / √(r r′) by Spearman's correction; null where a
     *     split-half reliability is missing or not positive, and where both were made of the same texts, whose errors they
     *     share. More than 1 is chance.
     * @param beyondNull whether the cosine is outside the null band
     */
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    public record Pair(
            String first,
            String second,
            double cosine,
            double @Nullable [] interval,
            @Nullable Double corrected,
            boolean beyondNull) {}

    private record Entry(Direction direction, SortedMap<Integer, float[][]> draws) {}

    /**
     * Reads and compares.
     *
     * @param files at least two
     * @throws InputException if they are directions of different models
     */
    public static DirectionComparison of(List<Path> files) throws IOException {
        List<Entry> entries = new ArrayList<>();
        List<String> remarks = new ArrayList<>();
        SortedSet<String> names = new TreeSet<>();
        SortedSet<String> sites = new TreeSet<>();
        for (Path file : files) {
            Direction direction = Direction.read(file);
            String name = direction.name();
            for (int number = 2; !names.add(name); number++) {
                name = direction.name() + "-" + number;
            }
            entries.add(new Entry(direction.named(name), DrawsFile.read(file, direction)));
            Combination.requireSameSpace(entries.getFirst().direction, direction, false);
            sites.add(direction.site().word());
        }
        if (sites.size() > 1) {
            remarks.add("the directions lie at different sites (" + String.join(", ", sites)
                    + "); all are of the residual stream's width, and cosines compare them as they are");
        }
        List<Named> named = entries.stream()
                .map(Entry::direction)
                .map(direction -> new Named(
                        direction.name(),
                        direction.site().word(),
                        direction.origin().way(),
                        direction.origin().positive(),
                        direction.origin().negative()))
                .toList();
        int width = entries.getFirst().direction.width();
        double band = band(width);
        return new DirectionComparison(1, named, width, band, layers(entries, band), remarks);
    }

    /** The cosine r of random vectors in d dimensions has r √((d−1)/(1−r²)) distributed as Student's t of d − 1 degrees. */
    static double band(int width) {
        double t = new TDistribution(width - 1.0).inverseCumulativeProbability(1 - TAIL);
        return t / Math.sqrt(width - 1.0 + t * t);
    }

    private static List<Layer> layers(List<Entry> entries, double band) {
        SortedSet<Integer> all = new TreeSet<>();
        entries.forEach(entry -> all.addAll(entry.direction.layers()));
        List<Layer> layers = new ArrayList<>();
        for (int layer : all) {
            long having = entries.stream()
                    .filter(entry -> entry.direction.vectors().containsKey(layer))
                    .count();
            if (having > 1) {
                layers.add(layer(entries, layer, band));
            }
        }
        if (layers.isEmpty()) {
            throw new InputException(
                    "no two of the directions have a layer in common; extract them at the same layers");
        }
        return layers;
    }

    private static Layer layer(List<Entry> entries, int layer, double band) {
        List<@Nullable Double> norms = new ArrayList<>();
        List<@Nullable Reliability> reliability = new ArrayList<>();
        List<List<@Nullable Double>> cosines = new ArrayList<>();
        List<Pair> pairs = new ArrayList<>();
        for (int i = 0; i < entries.size(); i++) {
            Entry one = entries.get(i);
            boolean has = one.direction.vectors().containsKey(layer);
            norms.add(has ? (Double) one.direction.norm(layer) : null);
            reliability.add(one.direction.reliability(layer));
            List<@Nullable Double> row = new ArrayList<>();
            for (int j = 0; j < entries.size(); j++) {
                Entry other = entries.get(j);
                if (!has || !other.direction.vectors().containsKey(layer)) {
                    row.add(null);
                    continue;
                }
                double cosine = Vectors.cosine(one.direction.vector(layer), other.direction.vector(layer));
                row.add(cosine);
                if (i < j) {
                    pairs.add(new Pair(
                            one.direction.name(),
                            other.direction.name(),
                            cosine,
                            interval(one, other, layer, cosine),
                            corrected(one.direction, other.direction, layer, cosine),
                            Math.abs(cosine) > band));
                }
            }
            cosines.add(row);
        }
        return new Layer(layer, norms, reliability, cosines, pairs);
    }

    private static double @Nullable [] interval(Entry one, Entry other, int layer, double cosine) {
        float[][] first = one.draws.getOrDefault(layer, new float[0][]);
        float[][] second = other.draws.getOrDefault(layer, new float[0][]);
        int n = Math.min(first.length, second.length);
        if (n < 2 || Math.abs(cosine) >= 1) {
            return null;
        }
        double sum = 0;
        double squares = 0;
        for (int i = 0; i < n; i++) {
            double z = z(Vectors.cosine(first[i], second[i]));
            sum += z;
            squares += z * z;
        }
        double deviation = Math.sqrt(Math.max(0, (squares - sum * sum / n) / (n - 1)));
        double centre = z(cosine);
        return new double[] {Math.tanh(centre - NORMAL * deviation), Math.tanh(centre + NORMAL * deviation)};
    }

    private static double z(double cosine) {
        double bounded = Math.clamp(cosine, -1 + 1e-12, 1 - 1e-12);
        return 0.5 * Math.log((1 + bounded) / (1 - bounded));
    }

    private static @Nullable Double corrected(Direction one, Direction other, int layer, double cosine) {
        Double first = ofAll(one.reliability(layer));
        Double second = ofAll(other.reliability(layer));
        return first == null || second == null || shareTexts(one, other)
                ? null
                : (Double) (cosine / Math.sqrt(first * second));
    }

    private static boolean shareTexts(Direction one, Direction other) {
        Set<String> texts = new HashSet<>(texts(one));
        texts.retainAll(texts(other));
        return !texts.isEmpty();
    }

    /** Hashes of the files whose texts a direction was made of. */
    private static List<String> texts(Direction direction) {
        return direction.origin().sources().stream()
                .filter(source ->
                        !source.role().equals("adapter") && !source.role().equals("model"))
                .flatMap(source -> source.files().values().stream())
                .toList();
    }

    /** Reliability of the mean of all texts from that of halves (Spearman 1910, Brown 1910). */
    private static @Nullable Double ofAll(@Nullable Reliability reliability) {
        Reliability.Spread spread = reliability == null
                ? null
                : reliability.questions() == null ? reliability.answers() : reliability.questions();
        return spread == null || !(spread.splitHalf() > 0)
                ? null
                : (Double) (2 * spread.splitHalf() / (1 + spread.splitHalf()));
    }
}
