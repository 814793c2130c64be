package dev.vivarium.lab.judge;

import dev.vivarium.engine.base.AtomicFiles;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Json;
import dev.vivarium.lab.data.FileLocks;
import dev.vivarium.lab.data.JsonLog;
import dev.vivarium.lab.evaluate.JudgeIdentity;
import dev.vivarium.lab.run.Existing;
import dev.vivarium.lab.score.JudgedAnswer;
import dev.vivarium.lab.score.JudgedFiles;
import dev.vivarium.lab.score.JudgingSettings;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The directory of one judging, locked while somebody works on it. */
final class JudgingDirectory implements Closeable {
    private static final String LOCK = ".lock";

    private final JudgedFiles files;
    private final FileChannel lock;

    private JudgingDirectory(JudgedFiles files, FileChannel lock) {
        this.files = files;
        this.lock = lock;
    }

    /** Whether a judging may begin or continue there; throws what {@link #open} would throw, changes nothing. */
    static void check(Path directory, Existing existing, JudgeIdentity judge) throws IOException {
        JudgedFiles files = new JudgedFiles(directory);
        boolean there = Files.exists(files.settings());
        if (!there && !isEmpty(directory)) {
            throw new InputException(directory + ": exists and is no judging; use another --name");
        }
        // one that was refused before the first reply binds nobody
        boolean replies = Files.exists(files.journal()) && Files.size(files.journal()) > 0;
        boolean begun = there && (Files.exists(files.judged()) || replies);
        if (begun && existing == Existing.REFUSE) {
            throw new InputException(directory
                    + ": holds a judging already; add --resume to continue it, --force to delete it and judge all anew, or"
                    + " another --name");
        }
        if (begun && existing == Existing.RESUME) {
            JudgeIdentity before = JudgingSettings.read(files.settings()).judge();
            if (!before.equals(judge)) {
                throw new InputException(directory + ": was begun with another instrument (" + before.line()
                        + "), and this one is " + judge.line() + "; use another --name");
            }
        }
    }

    /** Opens it, new or to be continued. */
    static JudgingDirectory open(Path directory, Existing existing, JudgingSettings settings) throws IOException {
        check(directory, existing, settings.judge());
        Files.createDirectories(directory);
        FileChannel lock = FileLocks.take(
                directory.resolve(LOCK), directory + ": another process is judging there; wait for it to end");
        try {
            check(directory, existing, settings.judge());
            JudgedFiles files = new JudgedFiles(directory);
            if (existing == Existing.FORCE) {
                // settings go last: a kill in between leaves a directory that is still known to be a judging
                for (Path file : List.of(files.judged(), files.journal(), files.settings())) {
                    Files.deleteIfExists(file);
                }
            }
            AtomicFiles.sweep(directory);
            Json.write(files.settings(), settings);
            return new JudgingDirectory(files, lock);
        } catch (IOException | RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    /** Replies that a directory holds already. */
    static List<JudgeReply> earlier(Path directory) throws IOException {
        return JsonLog.read(new JudgedFiles(directory).journal(), JudgeReply.class);
    }

    JudgedFiles files() {
        return files;
    }

    /** Replaces the verdicts. */
    void write(List<JudgedAnswer> judged) throws IOException {
        StringBuilder text = new StringBuilder();
        judged.forEach(line -> text.append(Json.line(line)).append('\n'));
        AtomicFiles.write(files.judged(), out -> out.write(text.toString().getBytes(StandardCharsets.UTF_8)));
    }

    private static boolean isEmpty(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return true;
        }
        try (Stream<Path> children = Files.list(directory)) {
            return children.map(child -> String.valueOf(child.getFileName()))
                    .allMatch(name -> name.equals(LOCK) || name.endsWith(AtomicFiles.PARTIAL));
        }
    }

    @Override
    public void close() throws IOException {
        lock.close();
    }
}
