package dev.vivarium.lab.inspect;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.vivarium.engine.adapter.AdapterFiles;
import dev.vivarium.engine.adapter.AdapterSummary;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.model.ModelDirectory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What an adapter directory holds and whether it fits a model.
 *
 * @param path the directory
 * @param kind {@code LoRA}, {@code rsLoRA} or {@code steering vector}
 * @param baseModel what the adapter says it was trained on; absent if nothing
 * @param r rank by its configuration; 0 for a vector
 * @param alpha as the configuration has it
 * @param scale factor of the change
 * @param values trained values
 * @param norm L2 norm of the whole change; absent where it cannot be told
 * @param modules the changed modules by kind
 * @param places every changed place, the largest change first
 * @param base the model it was held against; absent if none was given
 * @param fits whether it fits that model; absent if none was given
 * @param remarks why it does not fit, and what is not supported
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record AdapterInspection(
        String path,
        String kind,
        @Nullable String baseModel,
        int r,
        double alpha,
        double scale,
        long values,
        @Nullable Double norm,
        List<ModuleKind> modules,
        List<AdapterSummary.Place> places,
        @Nullable String base,
        @Nullable Boolean fits,
        List<String> remarks) {

    /**
     * Changed modules that differ in their layer alone.
     *
     * @param module name below the block
     * @param layers the layers that have one, such as {@code 0-27}; absent outside of layers
     * @param in width of the input
     * @param out width of the output
     * @param r rank, the largest where they differ
     * @param norm L2 norm of all changes together; absent where it cannot be told
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record ModuleKind(
            String module,
            @Nullable String layers,
            long in,
            long out,
            int r,
            @Nullable Double norm) {}

    /**
     * Reads an adapter.
     *
     * @param base a model directory to hold it against; null for none
     * @throws InputException if there is no adapter, or one whose files do not fit each other
     */
    public static AdapterInspection of(Path directory, @Nullable Path base) {
        AdapterSummary summary = AdapterSummary.read(directory);
        List<String> remarks = new ArrayList<>(summary.remarks());
        Boolean fits = null;
        if (base != null) {
            ModelDirectory model = ModelDirectory.open(base);
            try {
                AdapterFiles.check(directory, model.config());
                fits = true;
                remarks.addAll(AdapterFiles.remarks(directory, model.config()));
            } catch (InputException e) {
                fits = false;
                remarks.add("does not fit " + base + ": " + e.getMessage());
            }
        }
        Comparator<AdapterSummary.Place> byNorm =
                Comparator.comparingDouble(place -> Objects.requireNonNullElse(place.norm(), 0.0));
        return new AdapterInspection(
                directory.toString(),
                summary.kind(),
                summary.baseModel(),
                summary.r(),
                summary.alpha(),
                summary.scale(),
                summary.values(),
                summary.norm(),
                kinds(summary.places()),
                summary.places().stream().sorted(byNorm.reversed()).toList(),
                base == null ? null : base.toString(),
                fits,
                remarks);
    }

    private static List<ModuleKind> kinds(List<AdapterSummary.Place> places) {
        Map<String, List<AdapterSummary.Place>> byModule = new LinkedHashMap<>();
        places.forEach(place -> byModule.computeIfAbsent(place.module(), unused -> new ArrayList<>())
                .add(place));
        List<ModuleKind> kinds = new ArrayList<>();
        byModule.forEach((module, own) -> {
            TreeSet<Integer> layers = new TreeSet<>();
            Double squares = 0.0;
            int r = 0;
            for (AdapterSummary.Place place : own) {
                Integer layer = place.layer();
                if (layer != null) {
                    layers.add(layer);
                }
                Double norm = place.norm();
                squares = norm == null || squares == null ? null : squares + norm * norm;
                r = Math.max(r, place.r());
            }
            kinds.add(new ModuleKind(
                    module,
                    layers.isEmpty() ? null : TensorKind.ranges(layers),
                    own.getFirst().in(),
                    own.getFirst().out(),
                    r,
                    squares == null ? null : Math.sqrt(squares)));
        });
        return kinds;
    }
}
