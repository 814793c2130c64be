package dev.vivarium.app.cli;

import dev.vivarium.engine.base.AtomicFiles;
import dev.vivarium.engine.base.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** {@code --document}: a text of which the figures are replaced and the rest is kept; a Mixin. */
final class FiguresDocument {
    private static final String BEGIN = "<!-- figures of `vivarium world validate`: begin -->";
    private static final String END = "<!-- figures of `vivarium world validate`: end -->";

    @Option(
            names = "--document",
            paramLabel = "FILE",
            description = "A Markdown file whose figures, between two marks, are replaced.")
    private @Nullable Path file;

    /** Refuses a file without a place for figures, before any work. */
    void check() throws IOException {
        if (file != null) {
            text(file);
        }
    }

    /** Writes the tables, if there is a file to write to. */
    void replace(String tables) throws IOException {
        if (file != null) {
            String old = text(file);
            AtomicFiles.writeString(
                    file,
                    old.substring(0, old.indexOf(BEGIN) + BEGIN.length()) + "\n\n" + tables + "\n"
                            + old.substring(old.indexOf(END)));
        }
    }

    private static String text(Path file) throws IOException {
        String text = Files.isRegularFile(file) ? Files.readString(file) : "";
        int begin = text.indexOf(BEGIN);
        if (begin < 0 || text.indexOf(END) < begin) {
            throw new InputException(file + ": has no place for figures; it needs the lines " + BEGIN + " and " + END);
        }
        return text;
    }
}
