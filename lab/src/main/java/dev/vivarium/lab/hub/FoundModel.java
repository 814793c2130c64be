package dev.vivarium.lab.hub;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What a word for a model stands for.
 *
 * @param name how files and pages name it: {@code ORG/NAME}, or the directory as it was given
 * @param directory where its files lie, in Hugging Face layout
 * @param commit the commit of the repository; null for a directory of the user's
 */
public record FoundModel(
        String name, Path directory, @Nullable String commit) {
    /** The last part of the name, for folders and headings. */
    public String shortName() {
        return String.valueOf(Path.of(name).toAbsolutePath().normalize().getFileName());
    }
}
