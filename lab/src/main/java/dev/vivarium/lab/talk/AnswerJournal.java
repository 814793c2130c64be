package dev.vivarium.lab.talk;

import dev.vivarium.engine.base.AtomicFiles;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Json;
import dev.vivarium.lab.data.FileLocks;
import dev.vivarium.lab.data.JsonLog;
import dev.vivarium.lab.run.Existing;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The files of an {@link AnswerRun}: answers are appended to {@code OUT.journal} as they come, and put in order into
 * {@code OUT} when the last one is there; {@code OUT.settings.json} says what they are answers to.
 *
 * <p>Safe against {@code kill -9} at any moment: {@code OUT} is absent, or whole for the samples it was finished with.
 */
final class AnswerJournal implements Closeable {
    private final Path out;
    private final FileChannel lock;
    private final JsonLog<AnswerRow> log;
    private final Map<Key, AnswerRow> rows = new HashMap<>();

    /** What is sampled once. */
    record Key(String id, @Nullable String adapter, int sample) {
        static Key of(AnswerRow row) {
            return new Key(row.id(), row.adapter(), row.sample());
        }
    }

    private AnswerJournal(Path out, FileChannel lock) throws IOException {
        this.out = out;
        this.lock = lock;
        for (Path file : List.of(out, journal(out))) {
            for (AnswerRow row : JsonLog.read(file, AnswerRow.class)) {
                AnswerRow earlier = rows.put(Key.of(row), row);
                // a kill right after the last step of all leaves both files, with equal rows
                if (earlier != null && !earlier.equals(row)) {
                    throw new InputException(file + ": sample " + row.sample() + " of \"" + row.id()
                            + "\" is there twice; restore the file or start over with --force");
                }
            }
        }
        this.log = JsonLog.append(journal(out), AnswerRow.class);
    }

    /** Whether answers may be written there; throws what {@link #open} would throw, changes nothing. */
    static void check(Path out, Existing existing, AnswerSettings settings) {
        if (out.toString().isEmpty() || Files.isDirectory(out)) {
            throw new InputException("--out " + out + ": is a directory; name a file, such as answers.jsonl");
        }
        boolean begun = Files.exists(settings(out));
        if (existing == Existing.REFUSE && (begun || Files.exists(out) || Files.exists(journal(out)))) {
            throw new InputException(
                    out + ": there are answers already; add --resume to continue or --force to start over");
        }
        if (existing == Existing.FORCE && !begun && Files.exists(out)) {
            throw new InputException(out + ": is there and was not written by generate, since " + settings(out)
                    + " is missing, so --force does not delete it; choose another --out");
        }
        if (existing == Existing.RESUME && begun) {
            String difference = settings.differenceFrom(AnswerSettings.read(settings(out)));
            if (difference != null) {
                throw new InputException(settings(out) + ": begun with other settings (" + difference
                        + "); give the same ones, another --out, or start over with --force");
            }
        }
        if (existing == Existing.RESUME && !begun && (Files.exists(out) || Files.exists(journal(out)))) {
            throw new InputException(out + ": cannot be continued, since " + settings(out)
                    + " is missing; restore it or choose another --out");
        }
    }

    /** Opens the files, new or to be continued. */
    static AnswerJournal open(Path out, Existing existing, AnswerSettings settings) throws IOException {
        Path parent = out.toAbsolutePath().getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        FileChannel lock = FileLocks.take(
                out.resolveSibling("." + out.getFileName() + ".lock"),
                out + ": another process is writing answers there");
        try {
            check(out, existing, settings);
            if (existing == Existing.FORCE) {
                // settings go last: a kill in between leaves files that are still known to be answers
                for (Path file : List.of(out, journal(out), settings(out))) {
                    Files.deleteIfExists(file);
                }
            }
            Json.write(settings(out), settings);
            return new AnswerJournal(out, lock);
        } catch (IOException | RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    int size() {
        return rows.size();
    }

    boolean has(Key key) {
        return rows.containsKey(key);
    }

    /** Writes one answer; once this returns, {@code kill -9} does not lose it. */
    void add(AnswerRow row) throws IOException {
        if (rows.putIfAbsent(Key.of(row), row) != null) {
            throw new IllegalStateException("sampled twice: " + Key.of(row));
        }
        log.add(row);
    }

    /**
     * Writes the answers in order and drops the journal.
     *
     * @throws IllegalStateException if one is missing
     */
    List<AnswerRow> finish(List<Key> order) throws IOException {
        List<AnswerRow> ordered = new ArrayList<>();
        for (Key key : order) {
            AnswerRow row = rows.get(key);
            if (row == null) {
                throw new IllegalStateException("no answer: " + key);
            }
            ordered.add(row);
        }
        if (ordered.size() != rows.size()) {
            throw new InputException(
                    out + ": holds answers that were not asked for; restore the file or start over with" + " --force");
        }
        AtomicFiles.write(out, target -> {
            for (AnswerRow row : ordered) {
                target.write((Json.line(row) + "\n").getBytes(StandardCharsets.UTF_8));
            }
        });
        log.close();
        Files.deleteIfExists(journal(out));
        return ordered;
    }

    @Override
    public void close() throws IOException {
        try {
            log.close();
        } finally {
            lock.close();
        }
    }

    private static Path settings(Path out) {
        return beside(out, ".settings.json");
    }

    private static Path journal(Path out) {
        return beside(out, ".journal");
    }

    private static Path beside(Path out, String suffix) {
        return out.resolveSibling(out.getFileName() + suffix);
    }
}
