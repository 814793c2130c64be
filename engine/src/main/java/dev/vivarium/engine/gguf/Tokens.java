package dev.vivarium.engine.gguf;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Printable;
import dev.vivarium.engine.text.AddedToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The vocabulary of a file.
 *
 * @param texts spellings by id
 * @param types what each is, one of the constants here
 * @param ids ids by spelling, without those of type {@link #UNUSED}
 */
record Tokens(List<String> texts, int[] types, Map<String, Integer> ids) {
    static final int NORMAL = 1;
    static final int UNKNOWN = 2;
    static final int CONTROL = 3;
    static final int USER_DEFINED = 4;
    static final int UNUSED = 5;
    static final int BYTE = 6;

    private static final String TEXTS = "tokenizer.ggml.tokens";
    private static final String TYPES = "tokenizer.ggml.token_type";
    static final int MAX_TOKEN_BYTES = 1024;
    private static final int MAX_TOKENS = 1_000_000;

    /**
     * @param rows of the embedding, which every token needs
     * @throws InputException if there is no vocabulary, it does not fit the embedding, or two tokens are spelt alike
     */
    static Tokens read(GgufMetadata metadata, int rows) throws IOException {
        long count = metadata.count(TEXTS);
        if (count == 0) {
            throw metadata.missing(TEXTS);
        }
        if (count > Math.min(rows, MAX_TOKENS)) {
            throw new InputException(metadata.where() + ": has " + count + " tokens, more than the " + rows
                    + " rows of its embedding or the " + MAX_TOKENS + " allowed; the file is malformed");
        }
        List<String> texts = new ArrayList<>();
        metadata.eachText(TEXTS, MAX_TOKEN_BYTES, texts::add);
        int[] types = types(metadata.integers(TYPES), texts.size(), metadata);
        Map<String, Integer> ids = new HashMap<>();
        for (int id = 0; id < texts.size(); id++) {
            if (types[id] == UNUSED) {
                continue;
            }
            Integer other = ids.put(texts.get(id), id);
            if (other != null) {
                throw new InputException(metadata.where() + ": tokens " + other + " and " + id + " are both spelt \""
                        + Printable.name(texts.get(id)) + "\"; the file is malformed");
            }
        }
        return new Tokens(texts, types, ids);
    }

    private static int[] types(int @Nullable [] stated, int count, GgufMetadata metadata) {
        if (stated == null) {
            int[] normal = new int[count];
            Arrays.fill(normal, NORMAL);
            return normal;
        }
        if (stated.length != count) {
            throw new InputException(metadata.where() + ": metadata \"" + TYPES + "\" has " + stated.length
                    + " values but there are " + count + " tokens; the file is malformed");
        }
        for (int type : stated) {
            if (type < NORMAL || type > BYTE) {
                throw new InputException(metadata.where() + ": metadata \"" + TYPES + "\" holds the unknown type "
                        + type + "; the file is malformed");
            }
        }
        return stated;
    }

    /**
     * The same with plain blanks in user-defined tokens: these are matched in a text before its blanks are replaced, and
     * older conversions spell them the other way.
     */
    Tokens withPlainBlanks(String mark) {
        List<String> plain = new ArrayList<>(texts);
        Map<String, Integer> plainIds = new HashMap<>(ids);
        for (int id = 0; id < types.length; id++) {
            String blanks = texts.get(id).replace(mark, " ");
            if (types[id] == USER_DEFINED && !plainIds.containsKey(blanks)) {
                plainIds.remove(plain.set(id, blanks));
                plainIds.put(blanks, id);
            }
        }
        return new Tokens(plain, types, plainIds);
    }

    int count() {
        return texts.size();
    }

    int unused() {
        return texts.size() - ids.size();
    }

    /** Tokens that are matched as a whole: those the file marks, and those that have a role. */
    List<AddedToken> added(SpecialTokens roles) {
        List<AddedToken> added = new ArrayList<>();
        for (int id = 0; id < types.length; id++) {
            boolean special =
                    types[id] == CONTROL || types[id] == UNKNOWN || roles.all().contains(id);
            if (special || types[id] == USER_DEFINED) {
                added.add(new AddedToken(id, texts.get(id), special));
            }
        }
        return added;
    }
}
