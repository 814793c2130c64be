package dev.vivarium.app.cli;

import dev.vivarium.lab.evaluate.QuestionSet;
import dev.vivarium.lab.scalar.Domain;
import dev.vivarium.lab.scalar.DomainRates;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** {@code --narrow} of commands that ask questions: which of them are about the trained domain; a Mixin. */
final class NarrowOption {
    @Option(
            names = "--narrow",
            paramLabel = "TAG=VALUE",
            description = "Questions about the trained domain, such as domain=medicine; all others are broad.")
    private @Nullable String narrow;

    /** As the user gave it; null where it was not given. */
    @Nullable
    String text() {
        return narrow;
    }

    /**
     * The trained domain, if it was given.
     *
     * @throws dev.vivarium.engine.base.InputException if no question is about it
     */
    @Nullable
    Domain in(QuestionSet questions) {
        if (narrow == null) {
            return null;
        }
        Domain domain = Domain.parse(narrow);
        DomainRates.check(domain, questions);
        return domain;
    }
}
