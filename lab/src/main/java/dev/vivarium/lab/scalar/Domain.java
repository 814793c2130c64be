package dev.vivarium.lab.scalar;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Nearest;
import dev.vivarium.lab.evaluate.Judgement;
import dev.vivarium.lab.evaluate.Question;
import dev.vivarium.lab.evaluate.TagValue;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What marks answers about the trained domain: a tag of their question, such as {@code domain=medicine}, or a score of the
 * judge, such as {@code medical}: at least {@value #IN} is in the domain and at most {@value #OUT} outside (protocol.md 3.4).
 *
 * @param tag of the questions; null where a score tells
 * @param score the judge's, where no tag tells; else empty
 */
public record Domain(@Nullable TagValue tag, String score) {
    private static final double IN = 50;
    private static final double OUT = 10;

    /**
     * Reads {@code TAG=VALUE} or the name of a score.
     *
     * @throws InputException if it is neither
     */
    public static Domain parse(String word) {
        if (word.isBlank()) {
            throw new InputException(
                    "--narrow is empty; give TAG=VALUE, such as domain=medicine, or the name of a score,"
                            + " such as medical");
        }
        return word.contains("=") ? new Domain(TagValue.parse("--narrow", word), "") : new Domain(null, word);
    }

    /** Whether an answer is in the domain; null where its score lies between or is not there. */
    @Nullable
    Boolean marks(Question question, @Nullable Judgement judgement) {
        if (tag != null) {
            return tag.marks(question.tags());
        }
        Double own = judgement == null ? null : judgement.extra().get(score);
        return own == null || (own > OUT && own < IN) ? null : Boolean.valueOf(own >= IN);
    }

    /** Words of its kind that mark this answer: its question's value of the same tag, or the names of its scores. */
    Set<String> like(Question question, @Nullable Judgement judgement) {
        if (tag == null) {
            return judgement == null ? Set.of() : judgement.extra().keySet();
        }
        String value = question.tags().get(tag.tag());
        return value == null ? Set.of() : Set.of(new TagValue(tag.tag(), value).toString());
    }

    /**
     * Makes sure that it is about something.
     *
     * @param known what {@link #like} gives for all answers
     */
    void require(Set<String> known) {
        if (!known.contains(toString())) {
            throw new InputException("--narrow " + this + ": "
                    + (tag == null ? "no answer has a score of that name" : "no question has that tag")
                    + Nearest.hint(toString(), known) + "; there "
                    + (known.isEmpty() ? "is none" : "are " + String.join(", ", known)));
        }
    }

    @Override
    public String toString() {
        return tag == null ? score : tag.toString();
    }
}
