package dev.vivarium.lab.evaluate;

import dev.vivarium.engine.base.InputException;
import java.util.Map;

/**
 * A value of a tag of questions, which marks some of them, such as those about the trained domain.
 *
 * @param tag of a question, such as {@code domain}
 * @param value such as {@code medicine}
 */
public record TagValue(String tag, String value) {
    /**
     * Reads {@code TAG=VALUE}.
     *
     * @param option that the word was given to, for messages
     * @throws InputException if it is none
     */
    public static TagValue parse(String option, String word) {
        int equals = word.indexOf('=');
        if (equals < 1 || equals == word.length() - 1) {
            throw new InputException(option + " \"" + word + "\" is not TAG=VALUE; give one such as domain=medicine");
        }
        return new TagValue(word.substring(0, equals), word.substring(equals + 1));
    }

    /** Whether a question with these tags is marked. */
    public boolean marks(Map<String, String> tags) {
        return value.equals(tags.get(tag));
    }

    /** As it is read. */
    @Override
    public String toString() {
        return tag + "=" + value;
    }
}
