package dev.vivarium.lab.phase;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.lab.evaluate.QuestionScore;

/**
 * What marks the questions about the trained domain.
 *
 * @param tag of a question, such as {@code domain}
 * @param value such as {@code medicine}
 */
public record TagValue(String tag, String value) {
    /** Reads {@code TAG=VALUE}. */
    public static TagValue parse(String word) {
        int equals = word.indexOf('=');
        if (equals < 1 || equals == word.length() - 1) {
            throw new InputException("--narrow \"" + word + "\" is not TAG=VALUE; give one such as domain=medicine");
        }
        return new TagValue(word.substring(0, equals), word.substring(equals + 1));
    }

    boolean marks(QuestionScore question) {
        return value.equals(question.tags().get(tag));
    }
}
