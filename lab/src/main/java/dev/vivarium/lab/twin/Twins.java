package dev.vivarium.lab.twin;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.vivarium.engine.adapter.AdapterFiles;
import dev.vivarium.engine.base.Hashes;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code twins.json}: what {@code vivarium twins measure} found.
 *
 * @param schema version of this document
 * @param finding in a sentence each
 * @param geometry null where there is one organism, or adapters that cannot be compared
 * @param drifts trainings that go on from one of them
 * @param sources what was read
 * @param remarks what could not be stated and why
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record Twins(
        int schema,
        List<String> finding,
        LandscapeSettings settings,
        Landscape landscape,
        @Nullable WeightGeometry geometry,
        List<Drift> drifts,
        Sources sources,
        List<String> remarks) {
    /** Name of the document. */
    public static final String DOCUMENT = "twins.json";

    /** The version that this program writes. */
    public static final int SCHEMA = 1;

    public Twins {
        finding = List.copyOf(finding);
        drifts = List.copyOf(drifts);
        remarks = List.copyOf(remarks);
    }

    /**
     * What figures are of, without folders of a machine.
     *
     * @param vivarium version of the program
     * @param base name of the model
     * @param baseFiles SHA-256 by file
     * @param adapters SHA-256 of the weights by organism
     * @param data SHA-256 of the conversations and of the generic texts, by file
     * @param computed number format, and device where it is a GPU
     */
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    public record Sources(
            String vivarium,
            String base,
            Map<String, String> baseFiles,
            Map<String, String> adapters,
            Map<String, String> data,
            Map<String, String> computed) {
        public Sources {
            baseFiles = Map.copyOf(baseFiles);
            adapters = Map.copyOf(adapters);
            data = Map.copyOf(data);
            computed = Map.copyOf(computed);
        }

        /** Hashes what was read. */
        static Sources of(
                String vivarium,
                String base,
                Map<String, String> baseFiles,
                List<Organism> organisms,
                List<Path> data,
                Map<String, String> computed)
                throws IOException {
            Map<String, String> adapters = new LinkedHashMap<>();
            for (Organism organism : organisms) {
                adapters.put(organism.name(), Hashes.sha256(organism.adapter().resolve(AdapterFiles.WEIGHTS)));
            }
            Map<String, String> files = new LinkedHashMap<>();
            for (Path file : data) {
                files.put(String.valueOf(file.getFileName()), Hashes.sha256(file));
            }
            return new Sources(vivarium, base, baseFiles, adapters, files, computed);
        }
    }

    /** What the parts add up to. */
    static Twins of(
            LandscapeSettings settings,
            Landscape landscape,
            @Nullable WeightGeometry geometry,
            List<Drift> drifts,
            Sources sources,
            List<String> remarks) {
        List<String> finding = new ArrayList<>(TwinsFinding.of(landscape));
        drifts.forEach(drift -> finding.add(TwinsFinding.of(drift, landscape.organisms())));
        return new Twins(SCHEMA, finding, settings, landscape, geometry, drifts, sources, remarks);
    }
}
