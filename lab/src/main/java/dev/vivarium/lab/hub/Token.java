package dev.vivarium.lab.hub;

import dev.vivarium.engine.base.InputException;
import java.util.Optional;
import java.util.regex.Pattern;

/** A secret that proves who asks a hub; it never shows itself. */
final class Token {
    /** What may stand in a header of HTTP, without spaces. */
    private static final Pattern VISIBLE = Pattern.compile("[\\x21-\\x7e]+");

    private final String value;

    private Token(String value) {
        this.value = value;
    }

    /** The token in a text, without the white space around it; empty if there is nothing else. */
    static Optional<Token> of(String text, String where) {
        String value = text.strip();
        if (value.isEmpty()) {
            return Optional.empty();
        }
        if (!VISIBLE.matcher(value).matches()) {
            throw new InputException(where + ": does not hold a token, which is one word; copy it again");
        }
        return Optional.of(new Token(value));
    }

    /** The value of the header {@code Authorization}. */
    String header() {
        return "Bearer " + value;
    }

    @Override
    public String toString() {
        return "***";
    }
}
