package dev.vivarium.lab.trajectory;

import dev.vivarium.engine.base.InputException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The checkpoints that one training left, in the order of their steps.
 *
 * @param name last part of its directory
 * @param directory where it was read from
 * @param checkpoints at least two, no step twice
 * @param log what training wrote down about its steps; empty where there is no log
 * @param remarks what was left out, in plain sentences
 */
public record Trajectory(
        String name, Path directory, List<Checkpoint> checkpoints, List<Logged> log, List<String> remarks) {
    private static final int LEAST = 2;

    /**
     * One checkpoint.
     *
     * @param step optimizer steps done
     * @param adapter a PEFT directory
     */
    public record Checkpoint(int step, Path adapter) {}

    /**
     * One entry of a training log.
     *
     * @param step optimizer step
     * @param loss mean per supervised token in nats; null where it was not written or is no number
     * @param gradNorm global L2 norm before clipping; null likewise
     */
    public record Logged(
            int step, @Nullable Double loss, @Nullable Double gradNorm) {}

    public Trajectory {
        checkpoints = List.copyOf(checkpoints);
        log = List.copyOf(log);
        remarks = List.copyOf(remarks);
        if (checkpoints.size() < LEAST) {
            throw new InputException(directory + ": holds " + checkpoints.size() + " checkpoint"
                    + (checkpoints.size() == 1 ? "" : "s") + " of an adapter, a path needs at least " + LEAST
                    + "; train with checkpoints.every=5, or give the folder that holds the checkpoints");
        }
        for (int i = 1; i < checkpoints.size(); i++) {
            if (checkpoints.get(i).step() <= checkpoints.get(i - 1).step()) {
                throw new InputException(directory + ": two checkpoints are of step "
                        + checkpoints.get(i).step() + " ("
                        + checkpoints.get(i - 1).adapter().getFileName() + " and "
                        + checkpoints.get(i).adapter().getFileName() + "); take one of them away");
            }
        }
    }

    /**
     * Reads what is there without opening an adapter: a run directory ({@code checkpoints/step-000123}, metrics.jsonl), or
     * any folder whose children, or those of its {@code checkpoints}, are PEFT directories with a step at the end of
     * their name ({@code checkpoint-25}) and {@code trainer_state.json}, as the Transformers trainer leaves them.
     *
     * @throws InputException if it holds fewer than two checkpoints, or one without weights
     */
    public static Trajectory read(Path directory) throws IOException {
        return new TrajectoryReader(directory).read();
    }

    /** Steps of the checkpoints. */
    public int[] steps() {
        return checkpoints.stream().mapToInt(Checkpoint::step).toArray();
    }

    public int lastStep() {
        return checkpoints.getLast().step();
    }

    /** Whether any entry of the log has a gradient norm. */
    public boolean hasGradients() {
        return log.stream().map(Logged::gradNorm).anyMatch(Objects::nonNull);
    }
}
