package dev.vivarium.engine.adapter;

import dev.vivarium.engine.base.InputException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Tokens of a text at which something acts, as offsets from the first token of the answer: the last token of the prompt is
 * -1, the first of the answer 0 (protocol.md App. B). The prompt includes what opens the assistant's turn.
 *
 * <p>An activation at a token decides the token after it, so the first token of an answer follows from the prompt's last.
 *
 * @param from the first offset
 * @param to one more than the last
 */
public record Positions(int from, int to) {
    /** Every token. */
    public static final Positions ALL = new Positions(Integer.MIN_VALUE, Integer.MAX_VALUE);

    /** The tokens before the answer. */
    public static final Positions PROMPT = new Positions(Integer.MIN_VALUE, 0);

    /** The tokens of the answer. */
    public static final Positions ANSWER = new Positions(0, Integer.MAX_VALUE);

    /** The token before the answer. */
    public static final Positions LAST_PROMPT = new Positions(-1, 0);

    private static final Pattern FIRST = Pattern.compile("first:([1-9]\\d{0,5})");

    public Positions {
        if (from >= to) {
            throw new IllegalArgumentException("no offset lies from " + from + " to before " + to);
        }
    }

    /** The first tokens of the answer. */
    public static Positions first(int count) {
        return new Positions(0, count);
    }

    /**
     * Reads what {@link #toString} writes.
     *
     * @throws InputException if it is another word
     */
    public static Positions parse(String word) {
        Matcher first = FIRST.matcher(word);
        return switch (word) {
            case "all" -> ALL;
            case "prompt" -> PROMPT;
            case "answer" -> ANSWER;
            case "last-prompt" -> LAST_PROMPT;
            case String other when first.matches() -> first(Integer.parseInt(first.group(1)));
            default ->
                throw new InputException("positions \"" + word
                        + "\" are unknown; say all, prompt, answer, last-prompt or first:K, such as first:5");
        };
    }

    /** Whether a token is among them. */
    public boolean includes(int offset) {
        return from <= offset && offset < to;
    }

    /** The word of the command line. */
    @Override
    public String toString() {
        if (equals(ALL)) {
            return "all";
        }
        if (equals(PROMPT)) {
            return "prompt";
        }
        if (equals(ANSWER)) {
            return "answer";
        }
        if (equals(LAST_PROMPT)) {
            return "last-prompt";
        }
        return from == 0 ? "first:" + to : from + " to " + (to - 1);
    }
}
