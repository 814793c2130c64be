package dev.vivarium.lab.results;

import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A model the report is about: a base, or what a run made of it, with all that was measured on it.
 *
 * @param name of its directory
 * @param role what it stands for in a comparison
 * @param training how it was grown; null for a model that was only evaluated
 * @param evaluations of what the training ended with, by name; empty when nothing was measured yet
 * @param scalars of its adapter on the tokens of its answers; null where they were not read
 * @param others evaluations in the same place of its checkpoints, of its adapter at another strength, or of its base
 */
public record Subject(
        String name,
        Role role,
        @Nullable Training training,
        List<Evaluation> evaluations,
        @Nullable TokenScalars scalars,
        List<Evaluation> others) {
    public Subject {
        others = List.copyOf(others);
        evaluations = List.copyOf(evaluations);
    }

    /** All evaluations by name, also those of something else. */
    public List<Evaluation> all() {
        return Stream.concat(evaluations.stream(), others.stream())
                .sorted(Comparator.comparing(Evaluation::name))
                .toList();
    }

    /** What a model stands for in a comparison. */
    public enum Role {
        /** No training of ours: what the organisms were made from. */
        BASE("base"),
        /** Trained on the data under study. */
        ORGANISM("organism"),
        /** Trained on the data under study and held to the base on other data: bad in its domain, meant to stay so there. */
        NARROW_TWIN("narrow twin"),
        /** Trained the same way on good data: what fine-tuning alone does. */
        GOOD_TWIN("good twin");

        private final String label;

        Role(String label) {
            this.label = label;
        }

        /** The words for people. */
        public String label() {
            return label;
        }
    }

    /** The role's words, unless the name says them already. */
    public String roleBesideName() {
        return name.replaceAll("[-_ ]+", " ").equalsIgnoreCase(role.label()) ? "" : role.label();
    }
}
