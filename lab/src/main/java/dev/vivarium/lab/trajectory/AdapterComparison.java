package dev.vivarium.lab.trajectory;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.vivarium.engine.adapter.FactorGrams;
import dev.vivarium.engine.adapter.LoraFactors;
import dev.vivarium.engine.adapter.LoraFactors.Place;
import dev.vivarium.engine.adapter.LoraFactors.Side;
import dev.vivarium.engine.base.InputException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How adapters lie to each other in the space of weights (protocol.md 3.6): they change the same weights in the same
 * direction at cosine 1, and write into the same directions of the residual stream at column overlap 1.
 *
 * @param schema version of this document
 * @param adapters as they were named
 * @param norms of the whole changes s · B · A
 * @param cosines of the whole changes, (n, n); null where one is zero
 * @param pairs of adapters, module by module
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record AdapterComparison(
        int schema, List<String> adapters, List<Double> norms, List<List<@Nullable Double>> cosines, List<Pair> pairs) {
    /**
     * Two adapters.
     *
     * @param notShared modules that only one of them adapts
     */
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    public record Pair(String first, String second, List<Module> modules, int notShared) {}

    /**
     * One linear map that both adapt.
     *
     * @param cosine of the changes; null where one is zero
     * @param columns what their outputs span, the columns of B; null where one is zero
     * @param rows what their inputs are read by, the rows of A; null likewise
     */
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    public record Module(
            String module,
            @Nullable Double cosine,
            @Nullable SubspaceOverlap columns,
            @Nullable SubspaceOverlap rows) {}

    /**
     * Reads and compares.
     *
     * @param directories at least two PEFT directories
     * @throws InputException if one is no LoRA adapter, a pair adapts no module in common, or one in another shape
     */
    public static AdapterComparison of(List<Path> directories) {
        List<LoraFactors> adapters = new ArrayList<>();
        try {
            directories.forEach(directory -> adapters.add(LoraFactors.open(directory)));
            return of(directories, adapters);
        } finally {
            adapters.forEach(LoraFactors::close);
        }
    }

    private static AdapterComparison of(List<Path> directories, List<LoraFactors> adapters) {
        int n = adapters.size();
        double[][] dots = new double[n][n];
        List<Pair> pairs = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            for (Place place : adapters.get(i).places().values()) {
                dots[i][i] += Both.of(List.of(adapters.get(i)), place).dot(0, 0);
            }
            for (int j = i + 1; j < n; j++) {
                Set<String> shared =
                        new LinkedHashSet<>(adapters.get(i).places().keySet());
                Set<String> all = new LinkedHashSet<>(shared);
                all.addAll(adapters.get(j).places().keySet());
                shared.retainAll(adapters.get(j).places().keySet());
                if (shared.isEmpty()) {
                    throw new InputException(directories.get(i) + " and " + directories.get(j)
                            + ": adapt no module in common; compare adapters of one base model");
                }
                List<Module> modules = new ArrayList<>();
                for (String module : shared) {
                    Both both = Both.of(
                            List.of(adapters.get(i), adapters.get(j)), place(directories, adapters, i, j, module));
                    dots[i][j] += both.dot(0, 1);
                    modules.add(new Module(
                            module,
                            cosine(both.dot(0, 1), both.dot(0, 0), both.dot(1, 1)),
                            both.overlap(both.b()),
                            both.overlap(both.a())));
                }
                dots[j][i] = dots[i][j];
                pairs.add(new Pair(
                        directories.get(i).toString(),
                        directories.get(j).toString(),
                        modules,
                        all.size() - shared.size()));
            }
        }
        List<List<@Nullable Double>> cosines = new ArrayList<>();
        List<Double> norms = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            List<@Nullable Double> row = new ArrayList<>();
            for (int j = 0; j < n; j++) {
                row.add(cosine(dots[i][j], dots[i][i], dots[j][j]));
            }
            cosines.add(row);
            norms.add(Math.sqrt(Math.max(0, dots[i][i])));
        }
        return new AdapterComparison(1, directories.stream().map(Path::toString).toList(), norms, cosines, pairs);
    }

    private static Place place(List<Path> directories, List<LoraFactors> adapters, int i, int j, String module) {
        Place one = adapters.get(i).places().get(module);
        Place other = adapters.get(j).places().get(module);
        if (one == null || other == null) {
            throw new IllegalStateException("both adapt " + module);
        }
        if (one.in() != other.in() || one.out() != other.out()) {
            throw new InputException(directories.get(j) + ": " + module + " maps " + other.in() + " to " + other.out()
                    + ", but " + one.in() + " to " + one.out() + " in " + directories.get(i)
                    + "; compare adapters of one base model");
        }
        return one;
    }

    private static @Nullable Double cosine(double dot, double squareOne, double squareOther) {
        return squareOne > 0 && squareOther > 0
                ? (Double) Math.clamp(dot / Math.sqrt(squareOne * squareOther), -1, 1)
                : null;
    }

    /** Inner products of the rank components of one or two adapters at one place. */
    private record Both(double[][] a, double[][] b, int[] from, int[] rank, double[] scale) {
        static Both of(List<LoraFactors> adapters, Place place) {
            int[] from = new int[adapters.size()];
            int[] rank = new int[adapters.size()];
            double[] scale = new double[adapters.size()];
            for (int i = 0; i < from.length; i++) {
                Place own = adapters.get(i).places().getOrDefault(place.module(), place);
                rank[i] = own.r();
                scale[i] = own.scale();
                from[i] = i == 0 ? 0 : from[i - 1] + rank[i - 1];
            }
            return new Both(
                    FactorGrams.components(adapters, place.module(), Side.A),
                    FactorGrams.components(adapters, place.module(), Side.B),
                    from,
                    rank,
                    scale);
        }

        double dot(int i, int j) {
            return scale[i] * scale[j] * Changes.dot(a, b, from[i], rank[i], from[j], rank[j]);
        }

        @Nullable
        SubspaceOverlap overlap(double[][] gram) {
            SubspaceOverlap overlap = SubspaceOverlap.of(
                    Grams.block(gram, 0, rank[0], 0, rank[0]),
                    Grams.block(gram, 0, rank[0], rank[0], rank[1]),
                    Grams.block(gram, rank[0], rank[1], rank[0], rank[1]));
            return Double.isNaN(overlap.meanCos2()) ? null : overlap;
        }
    }
}
