package dev.vivarium.lab.twin;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.vivarium.engine.adapter.AdapterFiles;
import dev.vivarium.engine.base.Hashes;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.lab.evaluate.TagValue;
import dev.vivarium.lab.phase.RateCurve;
import dev.vivarium.lab.phase.RateTable;
import dev.vivarium.lab.run.Provenance;
import dev.vivarium.lab.run.RunFiles;
import dev.vivarium.lab.statistics.Rate;
import dev.vivarium.lab.trajectory.AdapterComparison;
import dev.vivarium.lab.trajectory.Trajectory;
import dev.vivarium.lab.trajectory.Trajectory.Checkpoint;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A training that goes on from one of the organisms, usually the narrow one and without its KL term: to which of them its
 * weights move (protocol.md 3.5), and what it answers on the way. Cosines are from files alone and exact.
 *
 * @param run name of the training
 * @param from name of the organism that it goes on from
 * @param points by step, that organism as step 0
 * @param rates of its evaluations of steps; empty where there are none
 * @param remarks what was left out, in plain sentences
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record Drift(String run, String from, List<Point> points, List<Behaviour> rates, List<String> remarks) {
    /** More points than this say no more in a picture; they are taken at equal distances. */
    private static final int MOST_POINTS = 24;

    private static final String INIT = "init";

    public Drift {
        points = List.copyOf(points);
        rates = List.copyOf(rates);
        remarks = List.copyOf(remarks);
    }

    /**
     * One checkpoint.
     *
     * @param norm of the whole change
     * @param cosines with the changes of the organisms, in their order; null where one is zero
     */
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    public record Point(int step, double norm, List<@Nullable Double> cosines) {}

    /**
     * A rate at a step.
     *
     * @param kind {@code narrow}, {@code broad} or {@code coherent}
     */
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    public record Behaviour(String kind, int step, Rate rate) {}

    /**
     * Reads a run.
     *
     * @param narrow of the questions about the trained domain; null where all count alike
     * @throws InputException if it did not begin at one of the organisms, or holds fewer than two checkpoints
     */
    static Drift read(Path directory, List<Organism> organisms, @Nullable TagValue narrow) throws IOException {
        RunFiles run = RunFiles.open(directory);
        Organism from = from(run, organisms);
        Trajectory trajectory = Trajectory.read(directory);
        List<String> remarks = new ArrayList<>(trajectory.remarks());
        List<Point> points = new ArrayList<>();
        points.add(point(0, from.adapter(), organisms));
        List<Checkpoint> checkpoints = trajectory.checkpoints();
        int taken = Math.min(MOST_POINTS, checkpoints.size());
        for (int i = 1; i <= taken; i++) {
            Checkpoint checkpoint = checkpoints.get(Math.toIntExact((long) i * checkpoints.size() / taken) - 1);
            points.add(point(checkpoint.step(), checkpoint.adapter(), organisms));
        }
        if (taken < checkpoints.size()) {
            remarks.add(taken + " of its " + checkpoints.size() + " checkpoints are shown");
        }
        List<Behaviour> rates = new ArrayList<>();
        for (RateCurve curve : RateTable.ofEvaluations(run, narrow, remarks)) {
            if (curve.scale() != 1 || curve.kind().equals(RateCurve.SAME)) {
                continue;
            }
            for (int i = 0; i < curve.steps().length; i++) {
                int step = curve.steps()[i];
                if (step > 0) { // step 0 of a sweep is the base, here it is the organism that training goes on from
                    rates.add(new Behaviour(curve.kind(), step, curve.at(i)));
                }
            }
        }
        return new Drift(trajectory.name(), from.name(), points, rates, remarks);
    }

    private static Organism from(RunFiles run, List<Organism> organisms) throws IOException {
        String began = run.readProvenance().data().stream()
                .filter(file -> file.role().equals(INIT))
                .map(Provenance.DataFile::sha256)
                .findFirst()
                .orElse("");
        for (Organism organism : organisms) {
            if (Hashes.sha256(organism.adapter().resolve(AdapterFiles.WEIGHTS)).equals(began)) {
                return organism;
            }
        }
        throw new InputException("--drift " + run.directory() + ": did not go on from one of these organisms"
                + (began.isEmpty() ? "" : " as they are now") + "; train it with lora.init=ADAPTER of the narrow one");
    }

    private static Point point(int step, Path adapter, List<Organism> organisms) {
        List<@Nullable Double> cosines = new ArrayList<>();
        double norm = 0;
        for (Organism organism : organisms) {
            AdapterComparison both = AdapterComparison.of(List.of(adapter, organism.adapter()));
            cosines.add(both.cosines().getFirst().getLast());
            norm = both.norms().getFirst();
        }
        return new Point(step, norm, cosines);
    }
}
