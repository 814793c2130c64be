package dev.vivarium.lab.validate;

import dev.vivarium.engine.base.Json;
import dev.vivarium.lab.validate.Validation.Part;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What an earlier call left to a later one: parts that the later one does not measure stay if both were made with the same, and
 * are dropped otherwise, which is said.
 *
 * @param kept figures that stay
 * @param dropped what does not, in sentences
 */
record Earlier(Measured kept, List<String> dropped) {
    private static final Earlier NOTHING = new Earlier(Measured.NOTHING, List.of());

    Earlier {
        dropped = List.copyOf(dropped);
    }

    /**
     * Reads the document of an earlier call, if there is one.
     *
     * @param asked parts that are measured now
     * @param now what they are made with
     */
    static Earlier read(Path file, Set<Part> asked, ValidationResult.MadeWith now) {
        if (!Files.exists(file)) {
            return NOTHING;
        }
        if (Json.read(file).path("schema").asInt() != ValidationResult.SCHEMA) {
            return new Earlier(
                    Measured.NOTHING,
                    List.of(file
                            + " is of another version of this program and is replaced; ask for its parts again, which"
                            + " takes little as long as runs and answers are there"));
        }
        ValidationResult earlier = Json.read(file, ValidationResult.class);
        if (earlier.madeWith().equals(now)) {
            return new Earlier(earlier.parts(), List.of());
        }
        Set<Part> lost = earlier.parts().parts();
        lost.removeAll(asked);
        return lost.isEmpty()
                ? NOTHING
                : new Earlier(
                        Measured.NOTHING,
                        List.of("the parts " + words(lost) + " of an earlier call are dropped from " + file
                                + ", because they were made with another base or other settings ("
                                + earlier.madeWith().words() + "); ask for them again to have them with these"));
    }

    private static String words(Set<Part> parts) {
        return parts.stream().map(part -> part.name().toLowerCase(Locale.ROOT)).collect(Collectors.joining(", "));
    }
}
