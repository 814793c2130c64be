package dev.vivarium.lab.net;

import dev.vivarium.engine.base.InputException;
import java.util.Optional;
import java.util.regex.Pattern;

/** A secret that proves who asks; it never shows itself. */
public final class Token {
    private static final String HIDDEN = "***";

    /** What may stand in a header of HTTP, without spaces. */
    private static final Pattern VISIBLE = Pattern.compile("[\\x21-\\x7e]+");

    /** Other secrets that a server may repeat: keys as providers spell them, and whatever stands behind "Bearer". */
    private static final Pattern ALIKE = Pattern.compile("(?i)(?<=bearer )\\S+|\\bsk-[\\w*.-]{6,}");

    private final String value;

    private Token(String value) {
        this.value = value;
    }

    /** The token in a text, without the white space around it; empty if there is nothing else. */
    public static Optional<Token> of(String text, String where) {
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
    public String header() {
        return "Bearer " + value;
    }

    /** A text from elsewhere, in which this token and what looks like one is hidden. */
    public static String redact(String text, Optional<Token> token) {
        String known = token.map(secret -> text.replace(secret.value, HIDDEN)).orElse(text);
        return ALIKE.matcher(known).replaceAll(HIDDEN);
    }

    @Override
    public String toString() {
        return HIDDEN;
    }
}
