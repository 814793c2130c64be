package dev.vivarium.lab.report;

import dev.vivarium.engine.base.AtomicFiles;
import dev.vivarium.lab.results.Results;
import dev.vivarium.lab.results.Subject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * What several runs and their evaluations found, ready to be shown as one page.
 *
 * <p>The page needs no network and no other file, and the same files give the same bytes.
 *
 * @param title heading of the page
 * @param subjects base, organisms, narrow twins, good twins, in this order
 */
public record Report(String title, List<Subject> subjects) {
    /** Name of the page where a command is not told another. */
    public static final String FILE_NAME = "report.html";

    public Report {
        subjects = List.copyOf(subjects);
        if (subjects.isEmpty()) {
            throw new IllegalArgumentException("a report needs at least one subject");
        }
    }

    /**
     * Reads run directories, or folders that hold run directories.
     *
     * @throws dev.vivarium.engine.base.InputException when a directory holds neither, or a file in it is broken
     */
    public static Report read(List<Path> directories) throws IOException {
        return new Report("Model organisms of emergent misalignment", Results.read(directories));
    }

    /** The same under another heading. */
    public Report titled(String heading) {
        return new Report(heading, subjects);
    }

    /** What was found, in one or two sentences with intervals; says so when nothing was measured yet. */
    public String finding() {
        return Finding.of(Comparison.all(subjects)).text();
    }

    /** The whole page. */
    public String html() {
        return Page.of(this);
    }

    /** Replaces a file by the page, atomically. */
    public void write(Path file) throws IOException {
        String html = html();
        AtomicFiles.writeString(file, html);
    }
}
