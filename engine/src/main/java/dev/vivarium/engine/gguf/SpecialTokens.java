package dev.vivarium.engine.gguf;

import dev.vivarium.engine.base.InputException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/**
 * The tokens with a role, by id.
 *
 * @param ends tokens that end an answer: the end of the text first, then the end of a turn and of a message
 */
record SpecialTokens(OptionalInt bos, List<Integer> ends, OptionalInt padding, OptionalInt unknown) {
    private static final String PREFIX = "tokenizer.ggml.";

    /** @throws InputException if an id is beyond the vocabulary */
    static SpecialTokens read(GgufMetadata metadata, int vocabulary) {
        Set<Integer> ends = new LinkedHashSet<>();
        for (String key : List.of("eos_token_id", "eot_token_id", "eom_token_id")) {
            id(metadata, key, vocabulary).ifPresent(ends::add);
        }
        return new SpecialTokens(
                id(metadata, "bos_token_id", vocabulary),
                List.copyOf(ends),
                id(metadata, "padding_token_id", vocabulary),
                id(metadata, "unknown_token_id", vocabulary));
    }

    private static OptionalInt id(GgufMetadata metadata, String name, int vocabulary) {
        OptionalInt id = metadata.index(PREFIX + name);
        if (id.isPresent() && id.getAsInt() >= vocabulary) {
            throw new InputException(metadata.where() + ": metadata \"" + PREFIX + name + "\" is " + id.getAsInt()
                    + " but there are only " + vocabulary + " tokens; the file is malformed");
        }
        return id;
    }

    /** All of them, each once. */
    Set<Integer> all() {
        Set<Integer> all = new LinkedHashSet<>(ends);
        bos.ifPresent(all::add);
        padding.ifPresent(all::add);
        unknown.ifPresent(all::add);
        return all;
    }
}
