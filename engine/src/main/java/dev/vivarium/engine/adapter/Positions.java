package dev.vivarium.engine.adapter;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.tensor.Tensors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bytedeco.pytorch.Tensor;

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

    /**
     * Makes sure that something acts at one of them when an answer is sampled.
     *
     * @param maxNewTokens longest answer; its last token is not fed back
     * @throws InputException if it would touch nothing
     */
    void requireTouch(String what, int maxNewTokens) {
        if (from >= maxNewTokens - 1) {
            throw new InputException(what + " at positions " + this + " would touch nothing in answers of at most "
                    + maxNewTokens + " tokens; choose other positions or a larger max_new_tokens");
        }
    }

    /**
     * Which tokens of a batch are among them: (rows, tokens, 1), 1 or 0, made in the current scope.
     *
     * @param offsets of each row's tokens, equally many in each row
     */
    Tensor mask(int[][] offsets) {
        int width = offsets[0].length;
        float[] mask = new float[offsets.length * width];
        for (int row = 0; row < offsets.length; row++) {
            for (int t = 0; t < width; t++) {
                mask[row * width + t] = includes(offsets[row][t]) ? 1 : 0;
            }
        }
        return Tensors.floats(mask, offsets.length, width, 1);
    }

    /** How many of the offsets where they begin or end a token has reached: the same number, the same answer of {@link #includes}. */
    int stage(int offset) {
        return (offset >= from ? 1 : 0) + (offset >= to ? 1 : 0);
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
