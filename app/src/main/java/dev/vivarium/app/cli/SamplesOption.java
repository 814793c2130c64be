package dev.vivarium.app.cli;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.lab.evaluate.Question;
import dev.vivarium.lab.evaluate.QuestionSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** {@code --samples} of the commands that ask questions; a Mixin. */
final class SamplesOption {
    /** Samples per question where neither user nor file says; protocol.md section 1.8. */
    private static final int SAMPLES = 50;

    @Option(
            names = "--samples",
            paramLabel = "N",
            description = "Answers per question. Default: what the file asks for, else " + SAMPLES + ".")
    private @Nullable Integer samples;

    /**
     * Answers per question.
     *
     * @param name what the user called the questions
     */
    int of(QuestionSet set, String name) {
        if (samples != null) {
            return samples;
        }
        TreeSet<Integer> asked = new TreeSet<>();
        for (Question question : set.questions()) {
            asked.add(set.samplesOf(question).orElse(SAMPLES));
        }
        if (asked.size() > 1) {
            throw new InputException(name + ": asks for " + asked.first() + " to " + asked.last()
                    + " samples, depending on the question; choose one number with --samples");
        }
        return asked.first();
    }
}
