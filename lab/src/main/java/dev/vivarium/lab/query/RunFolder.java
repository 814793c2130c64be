package dev.vivarium.lab.query;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.lab.evaluate.EvaluationFiles;
import dev.vivarium.lab.run.RunFiles;
import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Finds run directories and evaluated models anywhere below a folder. */
final class RunFolder {
    private static final int DEPTH = 6;

    private RunFolder() {}

    /** Directories in the order of their names; a model within a model's directory is not looked for. */
    static List<Path> find(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            throw new InputException(folder + ": no such directory; name a folder of runs such as runs");
        }
        List<Path> found = new ArrayList<>();
        Files.walkFileTree(folder, Set.of(FileVisitOption.FOLLOW_LINKS), DEPTH, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
                    throws IOException {
                boolean hidden = String.valueOf(directory.getFileName()).startsWith(".") && !directory.equals(folder);
                if (hidden) {
                    return FileVisitResult.SKIP_SUBTREE;
                }
                if (isModel(directory)) {
                    found.add(directory);
                    return FileVisitResult.SKIP_SUBTREE;
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException error) {
                return FileVisitResult.CONTINUE; // a folder that may not be read holds no runs of this user
            }
        });
        if (found.isEmpty()) {
            throw new InputException(folder + ": holds no run and no evaluation; name a folder that vivarium train or"
                    + " vivarium evaluate wrote into");
        }
        found.sort(null);
        return found;
    }

    private static boolean isModel(Path directory) throws IOException {
        RunFiles files = new RunFiles(directory);
        if (files.isRun()) {
            return true;
        }
        for (Path evaluation : files.listEvaluations()) {
            if (Files.isRegularFile(new EvaluationFiles(evaluation).settings())) {
                return true;
            }
        }
        return false;
    }
}
