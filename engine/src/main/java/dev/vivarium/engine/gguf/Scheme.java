package dev.vivarium.engine.gguf;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * How texts become tokens, in the parts of a {@code tokenizer.json}; null stands for a part that does nothing.
 *
 * @param postProcessor beside setting the tokens that begin and end a text
 * @param model the model's keys but for its vocabulary and merges
 * @param merges writes the pairs, the ones to be merged first at the front
 * @param bos whether the beginning-of-text token is set before a text unless the file says otherwise
 */
record Scheme(
        @Nullable ObjectNode normalizer,
        @Nullable ObjectNode preTokenizer,
        @Nullable ObjectNode postProcessor,
        ObjectNode decoder,
        ObjectNode model,
        Merges merges,
        boolean bos) {

    /** Where pairs go. */
    @FunctionalInterface
    interface Pairs {
        void take(String left, String right) throws IOException;
    }

    /** Hands out the pairs of a vocabulary in order. */
    @FunctionalInterface
    interface Merges {
        void each(Pairs pairs) throws IOException;
    }
}
