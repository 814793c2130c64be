package dev.vivarium.lab.steering;

import dev.vivarium.engine.base.Hashes;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.lab.evaluate.Question;
import dev.vivarium.lab.evaluate.QuestionSet;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A question set in two: a setting is chosen on one half and confirmed on the other (protocol.md App. D).
 *
 * <p>Questions are put in the order of the SHA-256 of their ids, and the first half of them tunes; all wordings of a question
 * stay together.
 */
record Halves(QuestionSet tuning, QuestionSet confirming) {
    /** An interval needs two questions. */
    private static final int LEAST = 4;

    static final String RULE = "Questions in the order of the SHA-256 of their ids; the first half tunes";

    static Halves of(QuestionSet set) {
        List<String> questions = set.questions().stream()
                .map(Question::cluster)
                .distinct()
                .sorted(Comparator.comparing((String id) -> Hashes.sha256(id)))
                .toList();
        if (questions.size() < LEAST) {
            throw new InputException(
                    "there are " + questions.size() + " questions, but a half to choose a setting on and a"
                            + " half to confirm it on need " + LEAST + " in all; ask more questions");
        }
        Set<String> tuning = new HashSet<>(questions.subList(0, questions.size() / 2));
        return new Halves(
                set.part(question -> tuning.contains(question.cluster()), "the tuning half"),
                set.part(question -> !tuning.contains(question.cluster()), "the confirming half"));
    }
}
