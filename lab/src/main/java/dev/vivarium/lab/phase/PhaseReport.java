package dev.vivarium.lab.phase;

import dev.vivarium.engine.base.AtomicFiles;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Json;
import dev.vivarium.lab.evaluate.TagValue;
import dev.vivarium.lab.run.RunFiles;
import dev.vivarium.lab.trajectory.Geometry;
import dev.vivarium.lab.trajectory.Trajectory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The phases of one or several trainings, ready to be written: {@code phase.json}, four CSV files and a page that can be
 * scrubbed through by step.
 *
 * <p>Several trainings are taken for seeds of one recipe, so their events are also stated as shares of training.
 */
public final class PhaseReport {
    /** Name of the document. */
    public static final String DOCUMENT = "phase.json";

    /** Name of the page. */
    public static final String PAGE = "phase.html";

    private static final int SCHEMA = 1;

    private final List<Phase> phases;
    private final PhaseSettings settings;

    private PhaseReport(List<Phase> phases, PhaseSettings settings) {
        this.phases = List.copyOf(phases);
        this.settings = settings;
    }

    /**
     * What is read.
     *
     * @param directories trainings: runs or folders of checkpoints
     * @param twins trainings on good data, whose paths are a null
     * @param rates a CSV file of rates; null to take the evaluations of the runs' steps, if there are any
     * @param narrow tag and value of questions about the trained domain, for those evaluations
     */
    public record Sources(
            List<Path> directories,
            List<Path> twins,
            @Nullable Path rates,
            @Nullable TagValue narrow) {
        public Sources {
            directories = List.copyOf(directories);
            twins = List.copyOf(twins);
            if (rates != null && directories.size() != 1) {
                throw new InputException("--rates " + rates + ": belongs to one training, but " + directories.size()
                        + " were given; give one, or evaluate the steps of each run");
            }
        }
    }

    /**
     * Reads files and computes.
     *
     * @throws InputException if a directory holds no usable path, or files do not fit each other
     */
    public static PhaseReport read(Sources sources, PhaseSettings settings) throws IOException {
        List<Phase.Twin> twins = new ArrayList<>();
        for (Path twin : sources.twins()) {
            Trajectory trajectory = Trajectory.read(twin);
            twins.add(new Phase.Twin(trajectory, Geometry.read(trajectory)));
        }
        List<Phase> phases = new ArrayList<>();
        for (Path directory : sources.directories()) {
            Trajectory trajectory = Trajectory.read(directory);
            List<String> remarks = new ArrayList<>();
            phases.add(Phase.of(trajectory, twins, rates(directory, sources, remarks), remarks, settings));
        }
        return new PhaseReport(phases, settings);
    }

    private static List<RateCurve> rates(Path directory, Sources sources, List<String> remarks) throws IOException {
        if (sources.rates() != null) {
            return RateTable.read(sources.rates());
        }
        RunFiles run = new RunFiles(directory);
        return run.isRun() ? RateTable.ofEvaluations(run, sources.narrow(), remarks) : List.of();
    }

    List<Phase> phases() {
        return phases;
    }

    /** What was found of each training, in their order. */
    public List<PhaseSummary> summaries() {
        return phases.stream().map(PhaseSummary::of).toList();
    }

    /** What was found, in a sentence or two. */
    public String finding() {
        return PhaseFinding.of(phases);
    }

    /** What {@code phase.json} holds. */
    public Map<String, Object> document() {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("schema", SCHEMA);
        document.put("finding", finding());
        document.put(
                "settings",
                Map.of("gate", settings.gate().toString(), "draws", settings.draws(), "seed", settings.seed()));
        document.put("runs", phases.stream().map(PhaseJson::of).toList());
        document.put("aligned", Aligned.of(phases));
        return document;
    }

    /** Writes all files into a directory, each replaced in one step. */
    public void write(Path directory) throws IOException {
        Map<String, Object> document = document();
        String page = PhasePage.of(this, document);
        PhaseTables.write(directory, phases);
        Json.write(directory.resolve(DOCUMENT), document);
        AtomicFiles.writeString(directory.resolve(PAGE), page);
    }
}
