package dev.vivarium.engine.text;

import java.util.Arrays;
import java.util.function.Function;

/**
 * Text of tokens that arrive one by one: a piece is given out only when it cannot change any more.
 *
 * <p>A character may take several tokens (an emoji is up to four bytes), so text is held back while it ends in U+FFFD.
 * All pieces together are the decoded whole. Not safe for use by several threads.
 */
public final class StreamingDecoder {
    private static final char REPLACEMENT = '\uFFFD';

    private final Function<int[], String> decode;
    private int[] ids = new int[64];
    private int count;
    /** Tokens before this one are neither given out again nor needed to decode what follows. */
    private int contextStart;
    /** Tokens before this one have been given out. */
    private int given;

    StreamingDecoder(Function<int[], String> decode) {
        this.decode = decode;
    }

    /** Takes one token; returns the text that became certain, often empty. */
    public String add(int id) {
        if (count == ids.length) {
            ids = Arrays.copyOf(ids, 2 * count);
        }
        ids[count++] = id;
        return piece(false);
    }

    /** The text still held back; call once after the last token. */
    public String finish() {
        return piece(true);
    }

    private String piece(boolean last) {
        String before = decode.apply(Arrays.copyOfRange(ids, contextStart, given));
        String all = decode.apply(Arrays.copyOfRange(ids, contextStart, count));
        boolean certain = last || (!all.isEmpty() && all.charAt(all.length() - 1) != REPLACEMENT);
        if (!certain || all.length() <= before.length()) {
            return "";
        }
        contextStart = given;
        given = count;
        return all.substring(before.length());
    }
}
