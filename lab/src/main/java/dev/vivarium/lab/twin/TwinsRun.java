package dev.vivarium.lab.twin;

import dev.vivarium.engine.base.Progress;
import dev.vivarium.engine.model.Compute;
import dev.vivarium.engine.model.ModelDirectory;
import dev.vivarium.lab.evaluate.TagValue;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Measures organisms of one base: what files alone tell first, as it is quick and may be refused, then the landscape. */
public final class TwinsRun {
    private TwinsRun() {}

    /**
     * What is measured.
     *
     * @param vivarium version of the program
     * @param baseFiles SHA-256 of the base's files
     * @param organisms at least one; all others are compared with the first
     * @param data conversations whose answers the organisms learnt
     * @param text JSONL of generic texts; null for none
     * @param drifts runs that went on from one of the organisms
     * @param narrow of the questions about the trained domain in these runs' evaluations; null where all count alike
     */
    public record Request(
            String vivarium,
            ModelDirectory base,
            Map<String, String> baseFiles,
            List<Organism> organisms,
            Path data,
            @Nullable Path text,
            List<Path> drifts,
            @Nullable TagValue narrow,
            LandscapeSettings settings,
            Compute compute) {
        public Request {
            organisms = List.copyOf(organisms);
            drifts = List.copyOf(drifts);
        }
    }

    /**
     * Measures.
     *
     * @throws dev.vivarium.engine.base.InputException if a file cannot be used, or an adapter does not fit the model
     */
    public static Twins run(Request request, Progress progress) throws IOException {
        List<Drift> drifts = new ArrayList<>();
        for (Path run : request.drifts()) {
            drifts.add(Drift.read(run, request.organisms(), request.narrow()));
        }
        List<String> remarks = new ArrayList<>();
        WeightGeometry geometry = WeightGeometry.of(request.organisms(), remarks);
        List<Path> read = new ArrayList<>(List.of(request.data()));
        Path text = request.text();
        if (text != null) {
            read.add(text);
        }
        Landscape landscape = LandscapeRun.run(
                request.base(),
                request.organisms(),
                request.data(),
                text,
                request.settings(),
                request.compute(),
                progress);
        remarks.addAll(landscape.remarks());
        Twins.Sources sources = Twins.Sources.of(
                request.vivarium(),
                String.valueOf(request.base().path().getFileName()),
                request.baseFiles(),
                request.organisms(),
                read,
                request.compute().facts());
        return Twins.of(request.settings(), landscape, geometry, drifts, sources, remarks);
    }
}
