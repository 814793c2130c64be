package dev.vivarium.engine.base;

/**
 * Something the user gave cannot be used: a file, a key, a shape, a name.
 *
 * <p>The message is one sentence, lower case, that says what is wrong, where, and what to do now. The command line
 * prints it as it is and ends with exit code 2; nothing may have been half-written when it is thrown.
 */
public final class InputException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public InputException(String sentence) {
        super(sentence);
    }

    public InputException(String sentence, Throwable cause) {
        super(sentence, cause);
    }
}
