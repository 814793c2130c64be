package dev.vivarium.lab.run;

import dev.vivarium.engine.base.AtomicFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The checkpoints of a run: directories {@code step-000123}, each committed in one step with a {@link Manifest}, and
 * {@code LATEST}, which names the newest for people and scripts. The manifests alone decide what may be resumed.
 */
final class CheckpointStore {
    static final String LATEST = "LATEST";
    /** The newest and the one before it, which is used if a power cut damaged the newest. */
    private static final int WITH_STATE = 2;

    private static final Pattern NAME = Pattern.compile("step-(\\d{6,9})");

    private final Path directory;

    /** A checkpoint on disk. */
    record Checkpoint(int step, Path path) {}

    CheckpointStore(Path directory) {
        this.directory = directory;
    }

    static String name(int step) {
        return String.format(Locale.ROOT, "step-%06d", step);
    }

    /**
     * Commits a checkpoint, then drops the oldest ones.
     *
     * @param keep how many of the newest stay; null for all
     * @param state a file that only training needs to go on: all but the newest two checkpoints lose it; null if every
     *     checkpoint is nothing without it
     */
    void write(int step, @Nullable Integer keep, @Nullable String state, AtomicFiles.Filler<Path> files)
            throws IOException {
        List<Checkpoint> earlier = list();
        Integer parent = earlier.isEmpty() ? null : earlier.getLast().step();
        AtomicFiles.writeDirectory(directory.resolve(name(step)), target -> {
            files.fill(target);
            Manifest.write(target, step, parent);
        });
        AtomicFiles.writeString(directory.resolve(LATEST), name(step) + "\n");
        if (keep != null) {
            for (Checkpoint old : earlier.subList(0, Math.max(0, earlier.size() + 1 - keep))) {
                drop(old.path());
            }
        }
        if (state != null) {
            List<Checkpoint> left = list();
            for (Checkpoint old : left.subList(0, Math.max(0, left.size() - WITH_STATE))) {
                Manifest.without(old.path(), state);
            }
        }
    }

    /**
     * The newest whole checkpoint that training can go on from. What a kill left unfinished and newer ones that are of no
     * use are removed; {@code remarks} says which of the latter.
     *
     * @param state the file that holds the state of training
     */
    Optional<Checkpoint> newest(String state, List<String> remarks) throws IOException {
        AtomicFiles.sweep(directory);
        List<Checkpoint> all = list();
        for (Checkpoint checkpoint : all.reversed()) {
            String complaint = Manifest.complaint(checkpoint.path(), checkpoint.step());
            if (complaint == null && !Files.exists(checkpoint.path().resolve(state))) {
                complaint = "holds no state of training to go on from";
            }
            if (complaint == null) {
                AtomicFiles.writeString(directory.resolve(LATEST), name(checkpoint.step()) + "\n");
                return Optional.of(checkpoint);
            }
            remarks.add(checkpoint.path() + " " + complaint + "; it was removed and "
                    + (checkpoint.equals(all.getFirst()) ? "the run begins at step 1" : "the one before it is used"));
            drop(checkpoint.path());
        }
        return Optional.empty();
    }

    /** All checkpoints by step, whole or not. */
    List<Checkpoint> list() throws IOException {
        List<Checkpoint> found = new ArrayList<>();
        if (!Files.isDirectory(directory)) {
            return found;
        }
        try (Stream<Path> children = Files.list(directory)) {
            for (Path child : children.toList()) {
                Matcher matcher = NAME.matcher(child.getFileName().toString());
                if (matcher.matches() && Files.isDirectory(child)) {
                    found.add(new Checkpoint(Integer.parseInt(matcher.group(1)), child));
                }
            }
        }
        found.sort(Comparator.comparingInt(Checkpoint::step));
        return found;
    }

    private static void drop(Path checkpoint) throws IOException {
        RunDirectory.discard(checkpoint);
    }
}
