package dev.vivarium.lab.phase;

import dev.vivarium.engine.adapter.AdapterScale;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.lab.evaluate.Subject;
import dev.vivarium.lab.run.RunFiles;
import dev.vivarium.lab.trajectory.Trajectory;
import dev.vivarium.lab.trajectory.Trajectory.Checkpoint;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Checkpoints of a training, each with its adapter multiplied by several factors (protocol.md App. A (8)): a change of
 * behaviour may be there long before it is strong enough to be seen.
 *
 * <p>At factor 0 every checkpoint is the base model, which is therefore asked once, as step 0.
 *
 * @param checkpoints in the order of their steps
 * @param scales factors from 0 on, ascending
 */
public record ScaledSweep(List<Checkpoint> checkpoints, List<Double> scales) {
    /** The factors of the protocol. */
    public static final List<Double> USUAL = List.of(0.0, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0);

    public ScaledSweep {
        checkpoints = List.copyOf(checkpoints);
        TreeSet<Double> different = new TreeSet<>();
        for (double scale : scales) {
            if (!(scale >= 0) || Double.isInfinite(scale)) {
                throw new InputException("--scales " + scale + ": a factor is a number from 0 on, such as 0.5 or 10");
            }
            if (!different.add(scale)) {
                throw new InputException("--scales: " + factor(scale) + " is given twice; give it once");
            }
        }
        scales = List.copyOf(different);
        if (checkpoints.isEmpty() || different.isEmpty()) {
            throw new InputException("a sweep needs at least one checkpoint and one of --scales");
        }
    }

    /**
     * Checkpoints at equal distances in their list, the last one among them.
     *
     * @param number at most
     */
    public static ScaledSweep evenly(Trajectory trajectory, int number, List<Double> scales) {
        if (number < 1) {
            throw new InputException("--checkpoints must be at least 1, not " + number);
        }
        int all = trajectory.checkpoints().size();
        int taken = Math.min(number, all);
        List<Checkpoint> checkpoints = new ArrayList<>();
        for (int i = 1; i <= taken; i++) {
            checkpoints.add(trajectory.checkpoints().get(Math.toIntExact((long) i * all / taken) - 1));
        }
        return new ScaledSweep(checkpoints, scales);
    }

    /**
     * The checkpoints of some steps.
     *
     * @throws InputException naming a step without checkpoint
     */
    public static ScaledSweep at(Trajectory trajectory, List<Integer> steps, List<Double> scales) {
        List<Checkpoint> checkpoints = new ArrayList<>();
        for (int step : new TreeSet<>(steps)) {
            checkpoints.add(trajectory.checkpoints().stream()
                    .filter(checkpoint -> checkpoint.step() == step)
                    .findFirst()
                    .orElseThrow(() -> new InputException(trajectory.directory() + ": has no checkpoint of step " + step
                            + "; its steps are " + Arrays.toString(trajectory.steps()))));
        }
        return new ScaledSweep(checkpoints, scales);
    }

    /** A factor as people write it: {@code 5}, {@code 0.5}. */
    public static String factor(double scale) {
        return scale == 0
                ? "0"
                : new BigDecimal(Double.toString(scale)).stripTrailingZeros().toPlainString();
    }

    /** Who is to be asked: the base if 0 is among the factors, then every checkpoint at every other factor. */
    public List<Subject> subjects(RunFiles run, Map<String, String> trainedOn) {
        List<Subject> subjects = new ArrayList<>();
        if (scales.contains(0.0)) {
            subjects.add(new Subject("the base", run.evaluations().resolve(SweepPoint.BASE.name()), null));
        }
        for (Checkpoint checkpoint : checkpoints) {
            for (double scale : scales) {
                if (scale != 0) {
                    String name = new SweepPoint(checkpoint.step(), scale).name();
                    subjects.add(new Subject(
                            name,
                            run.evaluations().resolve(name),
                            checkpoint.adapter(),
                            AdapterScale.of(scale),
                            trainedOn));
                }
            }
        }
        return subjects;
    }
}
