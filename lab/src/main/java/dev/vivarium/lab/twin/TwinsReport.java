package dev.vivarium.lab.twin;

import dev.vivarium.engine.base.AtomicFiles;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What is known of an organism's twins, from files alone: {@code twins/twins.json} and the {@code mix.json} of its mixtures.
 *
 * @param twins null where nothing was measured yet
 * @param mixtures by name of the other organism
 */
public record TwinsReport(@Nullable Twins twins, List<Mixture> mixtures) {
    /** Name of the page. */
    public static final String PAGE = "twins.html";

    private static final String FOLDER = "twins";
    private static final String MIXTURES = "mixtures";

    public TwinsReport {
        mixtures = List.copyOf(mixtures);
    }

    /** Where the measurements of a run lie. */
    public static Path folder(Path run) {
        return run.resolve(FOLDER);
    }

    /** Where mixtures with another organism lie. */
    public static Path mixtures(Path run, String other) {
        return run.resolve(MIXTURES).resolve(other);
    }

    /**
     * Reads what a run directory holds.
     *
     * @throws InputException if it holds nothing of it, or a file of another version
     */
    static TwinsReport read(Path run) throws IOException {
        Path document = folder(run).resolve(Twins.DOCUMENT);
        Twins twins = Files.isRegularFile(document) ? Json.read(document, Twins.class) : null;
        List<Mixture> mixtures = new ArrayList<>();
        if (Files.isDirectory(run.resolve(MIXTURES))) {
            try (Stream<Path> others = Files.list(run.resolve(MIXTURES))) {
                for (Path other : others.sorted().toList()) {
                    Path file = other.resolve(Mixture.DOCUMENT);
                    if (Files.isRegularFile(file)) {
                        mixtures.add(Json.read(file, Mixture.class));
                    }
                }
            }
        }
        if (twins == null && mixtures.isEmpty()) {
            throw new InputException(run + ": holds no measurement of twins; begin with vivarium twins measure");
        }
        return new TwinsReport(twins, mixtures);
    }

    /** Writes the document of measurements, then the page of everything. */
    public static Path write(Path run, Twins twins) throws IOException {
        Path folder = Files.createDirectories(folder(run));
        Json.write(folder.resolve(Twins.DOCUMENT), twins);
        return writePage(run);
    }

    /** Writes the document of a mixture, then the page of everything. */
    public static Path write(Path run, Mixture mixture) throws IOException {
        Json.write(mixtures(run, mixture.second()).resolve(Mixture.DOCUMENT), mixture);
        return writePage(run);
    }

    private static Path writePage(Path run) throws IOException {
        Path page = Files.createDirectories(folder(run)).resolve(PAGE);
        AtomicFiles.writeString(page, TwinsPage.of(read(run)));
        return page;
    }
}
