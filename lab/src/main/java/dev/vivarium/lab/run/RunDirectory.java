package dev.vivarium.lab.run;

import dev.vivarium.engine.base.AtomicFiles;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Json;
import dev.vivarium.lab.data.FileLocks;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/**
 * A run directory that this process writes: created in one step, locked against other processes, never overwritten
 * unasked.
 *
 * <p>The lock is the operating system's, so a killed process leaves none behind.
 */
public final class RunDirectory implements Closeable {
    private static final String LOCK = ".lock";

    private final RunFiles files;
    private final FileChannel lockFile;
    private final boolean resumed;

    private RunDirectory(RunFiles files, FileChannel lockFile, boolean resumed) {
        this.files = files;
        this.lockFile = lockFile;
        this.resumed = resumed;
    }

    /** Describes a run that is about to begin. */
    @FunctionalInterface
    public interface Origin {
        Provenance describe(String recipeYaml) throws IOException;
    }

    /** Whether a run may begin or continue there; throws what {@link #open} would throw, changes nothing. */
    static void check(Path directory, Existing existing) throws IOException {
        if (!isThere(directory)) {
            return;
        }
        boolean run = new RunFiles(directory).isRun();
        switch (existing) {
            case REFUSE ->
                throw new InputException(directory + ": is there already; "
                        + (run ? "add --resume to continue it, --force to delete it and start over, or " : "")
                        + "choose another --name");
            case RESUME -> RunFiles.open(directory);
            case FORCE -> {
                if (!run) {
                    throw new InputException(
                            directory
                                    + ": is there and is no run directory, so --force does not delete it; choose another --name");
                }
            }
        }
    }

    /**
     * Begins or continues a run.
     *
     * @param recipe the resolved recipe; to continue it must be the run's own
     * @throws InputException if the directory may not be used, another process writes it, or the recipe differs
     */
    static RunDirectory open(Path directory, Existing existing, ResolvedRecipe recipe, Origin origin)
            throws IOException {
        check(directory, existing);
        if (isThere(directory)) {
            FileChannel lockFile = lock(directory);
            try {
                if (existing == Existing.RESUME) {
                    return resume(RunFiles.open(directory), lockFile, recipe);
                }
                discard(directory);
            } catch (IOException | RuntimeException e) {
                lockFile.close();
                throw e;
            }
            lockFile.close();
        }
        String yaml = recipe.toYaml();
        Provenance provenance = origin.describe(yaml);
        AtomicFiles.writeDirectory(directory, target -> {
            RunFiles inside = new RunFiles(target);
            AtomicFiles.writeString(inside.recipe(), yaml);
            Json.write(inside.provenance(), provenance);
        });
        return new RunDirectory(new RunFiles(directory), lock(directory), false);
    }

    private static RunDirectory resume(RunFiles files, FileChannel lockFile, ResolvedRecipe recipe) throws IOException {
        List<String> differences = recipe.differences(FittedRecipe.begun(files));
        if (!differences.isEmpty()) {
            throw new InputException("the recipe is not the one of " + files.directory() + ": " + differences.getFirst()
                    + "; resume with the same recipe, or use --force or another --name");
        }
        AtomicFiles.sweep(files.directory());
        return new RunDirectory(files, lockFile, true);
    }

    public RunFiles files() {
        return files;
    }

    /** Whether the run was there before. */
    boolean resumed() {
        return resumed;
    }

    CheckpointStore checkpoints() {
        return new CheckpointStore(files.checkpoints());
    }

    /** Replaces a directory inside the run by what {@code filler} writes. */
    void replaceDirectory(Path target, AtomicFiles.Filler<Path> filler) throws IOException {
        if (Files.exists(target)) {
            discard(target);
        }
        AtomicFiles.writeDirectory(target, filler);
    }

    @Override
    public void close() throws IOException {
        lockFile.close();
    }

    /** Deletes a directory so that a kill in between leaves a name that is swept later, never half a directory. */
    static void discard(Path directory) throws IOException {
        Path aside = directory.resolveSibling("." + directory.getFileName() + ".old" + AtomicFiles.PARTIAL);
        if (Files.exists(aside)) {
            AtomicFiles.deleteTree(aside);
        }
        Files.move(directory, aside, StandardCopyOption.ATOMIC_MOVE);
        AtomicFiles.deleteTree(aside);
    }

    private static boolean isThere(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return false;
        }
        if (!Files.isDirectory(directory)) {
            return true;
        }
        try (DirectoryStream<Path> children = Files.newDirectoryStream(directory)) {
            return children.iterator().hasNext();
        }
    }

    private static FileChannel lock(Path directory) throws IOException {
        return FileLocks.take(
                directory.resolve(LOCK), directory + ": another process is working on this run; wait for it or end it");
    }
}
