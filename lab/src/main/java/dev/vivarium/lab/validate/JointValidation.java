package dev.vivarium.lab.validate;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Json;
import dev.vivarium.lab.validate.ValidationResult.MadeWith;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Validations of different pretraining seeds, each made by a call of its own and perhaps on a machine of its own, held against the
 * claims together. Nothing is measured anew.
 *
 * @param schema version of this document
 * @param validations where the figures come from, by seed
 * @param parts the figures of all
 * @param bars the claims about them
 * @param gaps what was not measured on every seed, and on which it was
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record JointValidation(int schema, List<Source> validations, Measured parts, List<Bar> bars, List<String> gaps) {
    /** Version this program writes. */
    public static final int SCHEMA = 1;

    public JointValidation {
        validations = List.copyOf(validations);
        bars = List.copyOf(bars);
        gaps = List.copyOf(gaps);
    }

    /**
     * One of the validations.
     *
     * @param directory as it was given
     * @param pretrainingSeeds in rising order
     * @param madeWith what its figures were made with
     */
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    public record Source(String directory, List<Long> pretrainingSeeds, MadeWith madeWith) {
        public Source {
            pretrainingSeeds = List.copyOf(pretrainingSeeds);
        }
    }

    private record Read(Source source, Measured parts) {}

    /**
     * Reads validations and joins them.
     *
     * @param directories that {@link Validation} wrote
     * @throws InputException if one has no figures, two have the same seed, or they were made with other settings
     */
    public static JointValidation of(List<Path> directories) {
        List<Read> all = new ArrayList<>();
        for (Path directory : directories) {
            all.add(read(directory));
        }
        all.sort(Comparator.comparing(one -> one.source.pretrainingSeeds().getFirst()));
        Measured parts = Measured.NOTHING;
        for (int i = 0; i < all.size(); i++) {
            for (Read before : all.subList(0, i)) {
                fit(before.source, all.get(i).source);
            }
            parts = parts.and(all.get(i).parts);
        }
        return new JointValidation(SCHEMA, all.stream().map(Read::source).toList(), parts, Bars.of(parts), gaps(parts));
    }

    private static Read read(Path directory) {
        Path file = directory.resolve(Validation.FILE);
        if (!Files.isRegularFile(file)) {
            throw new InputException(directory + ": has no " + Validation.FILE
                    + "; give a directory that vivarium world validate wrote");
        }
        if (Json.read(file).path("schema").asInt() != ValidationResult.SCHEMA) {
            throw new InputException(file + ": is of another version of this program; run vivarium world validate there"
                    + " again, which takes little as long as runs and answers are there");
        }
        ValidationResult result = Json.read(file, ValidationResult.class);
        List<Long> seeds = seeds(result.parts()).stream().toList();
        if (seeds.isEmpty()) {
            throw new InputException(file + ": holds no figures; ask vivarium world validate for a part of it");
        }
        return new Read(new Source(directory.toString(), seeds, result.madeWith()), result.parts());
    }

    private static void fit(Source one, Source other) {
        MadeWith first = one.madeWith();
        MadeWith second = other.madeWith();
        if (!first.datasets().equals(second.datasets())
                || first.rows() != second.rows()
                || first.samples() != second.samples()) {
            throw new InputException(other.directory() + " was made with " + second.words() + ", but " + one.directory()
                    + " with " + first.words() + "; claims are about figures made alike");
        }
        for (long seed : one.pretrainingSeeds()) {
            if (other.pretrainingSeeds().contains(seed)) {
                throw new InputException(one.directory() + " and " + other.directory()
                        + " both hold figures of pretraining seed " + seed + "; give each seed once");
            }
        }
    }

    private static SortedSet<Long> seeds(Measured parts) {
        SortedSet<Long> all = new TreeSet<>();
        parts.seeds().values().forEach(all::addAll);
        return all;
    }

    private static List<String> gaps(Measured parts) {
        SortedSet<Long> all = seeds(parts);
        List<String> gaps = new ArrayList<>();
        parts.seeds().forEach((what, seeds) -> {
            if (!seeds.equals(all)) {
                String words = seeds.stream().map(String::valueOf).collect(Collectors.joining(", "));
                gaps.add(what + " (seed" + (seeds.size() == 1 ? " " : "s ") + words + ")");
            }
        });
        return gaps;
    }

    /** Bars that are missed. */
    public long missed() {
        return Bar.missed(bars);
    }
}
