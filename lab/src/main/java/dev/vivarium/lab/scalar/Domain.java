package dev.vivarium.lab.scalar;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Nearest;
import dev.vivarium.lab.evaluate.Judgement;
import dev.vivarium.lab.evaluate.Question;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What marks answers about the trained domain: a tag of their question, such as {@code domain=medicine}, or a score of the
 * judge, such as {@code medical}: at least {@value #IN} is in the domain and at most {@value #OUT} outside (protocol.md 3.4).
 *
 * @param name of the tag or score
 * @param value of the tag; null for a score
 */
public record Domain(String name, @Nullable String value) {
    private static final double IN = 50;
    private static final double OUT = 10;

    /**
     * Reads {@code TAG=VALUE} or the name of a score.
     *
     * @throws InputException if it is neither
     */
    public static Domain parse(String word) {
        int equals = word.indexOf('=');
        if (word.isBlank() || equals == 0 || equals == word.length() - 1) {
            throw new InputException("--narrow \"" + word + "\" is neither TAG=VALUE, such as domain=medicine, nor the"
                    + " name of a score, such as medical");
        }
        return equals < 0 ? new Domain(word, null) : new Domain(word.substring(0, equals), word.substring(equals + 1));
    }

    /** Whether an answer is in the domain; null where its score lies between or is not there. */
    @Nullable
    Boolean marks(Question question, @Nullable Judgement judgement) {
        if (value != null) {
            return value.equals(question.tags().get(name));
        }
        Double score = judgement == null ? null : judgement.extra().get(name);
        return score == null || (score > OUT && score < IN) ? null : Boolean.valueOf(score >= IN);
    }

    /**
     * Makes sure that it is about something.
     *
     * @param known tags of the questions with their values, or names of scores
     */
    void require(Set<String> known) {
        if (!known.contains(toString())) {
            throw new InputException("--narrow " + this + ": "
                    + (value == null ? "no answer has a score of that name" : "no question has that tag")
                    + Nearest.hint(toString(), known) + "; there "
                    + (known.isEmpty() ? "is none" : "are " + String.join(", ", known)));
        }
    }

    @Override
    public String toString() {
        return value == null ? name : name + "=" + value;
    }
}
