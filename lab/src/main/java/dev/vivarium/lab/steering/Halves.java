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
 * Questions in two parts: a setting is chosen on one and confirmed on the other (protocol.md App. D).
 *
 * @param tuning to choose on
 * @param confirming to confirm on
 * @param rule how they were told apart, for people
 */
public record Halves(QuestionSet tuning, QuestionSet confirming, String rule) {
    /** An interval needs two questions. */
    private static final int LEAST = 4;

    private static final String RULE = "Questions in the order of the SHA-256 of their ids; the first half tunes";

    /** One set in two halves by the SHA-256 of its ids; all wordings of a question stay together. */
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
                set.part(question -> !tuning.contains(question.cluster()), "the confirming half"),
                RULE);
    }
}
