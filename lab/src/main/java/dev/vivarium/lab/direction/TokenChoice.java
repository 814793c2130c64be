package dev.vivarium.lab.direction;

import dev.vivarium.engine.base.InputException;

/**
 * Which tokens of a conversation and its answer count.
 *
 * @param kind of place
 * @param first of {@link Kind#FIRST}: how many tokens of the answer
 */
public record TokenChoice(Kind kind, int first) {
    /** Places of tokens. */
    public enum Kind {
        /** The answer and the token that ends its turn, where the model wrote one. */
        ANSWER("answer"),
        /** All before the answer, the template's own turns included. */
        PROMPT("prompt"),
        /** The token that the answer's first one is predicted from. */
        LAST_PROMPT("last-prompt"),
        /** The first tokens of the answer. */
        FIRST("first");

        private final String word;

        Kind(String word) {
            this.word = word;
        }
    }

    public static final TokenChoice ANSWER = new TokenChoice(Kind.ANSWER, 0);
    public static final TokenChoice LAST_PROMPT = new TokenChoice(Kind.LAST_PROMPT, 0);

    private static final String FIRST = Kind.FIRST.word + ":";

    public TokenChoice {
        if (kind == Kind.FIRST ? first < 1 : first != 0) {
            throw new IllegalArgumentException("first tokens: " + first);
        }
    }

    /**
     * Reads {@code answer}, {@code prompt}, {@code last-prompt} or {@code first:K}.
     *
     * @throws InputException if it is none of these
     */
    public static TokenChoice parse(String word) {
        for (Kind kind : Kind.values()) {
            if (kind != Kind.FIRST && kind.word.equals(word)) {
                return new TokenChoice(kind, 0);
            }
        }
        if (word.matches("first:[1-9][0-9]{0,4}")) {
            return new TokenChoice(Kind.FIRST, Integer.parseInt(word.substring(FIRST.length())));
        }
        throw new InputException(
                "no tokens are called \"" + word + "\"; there are answer, prompt, last-prompt and first:K");
    }

    /** Whether a text without an answer has such tokens. */
    boolean ofPrompt() {
        return kind == Kind.PROMPT || kind == Kind.LAST_PROMPT;
    }

    /**
     * Whether token t counts.
     *
     * @param start of the answer
     * @param end behind the answer
     */
    boolean takes(int t, int start, int end) {
        return switch (kind) {
            case ANSWER -> t >= start && t < end;
            case PROMPT -> t < start;
            case LAST_PROMPT -> t == start - 1;
            case FIRST -> t >= start && t < Math.min(end, start + first);
        };
    }

    @Override
    public String toString() {
        return kind == Kind.FIRST ? FIRST + first : kind.word;
    }
}
