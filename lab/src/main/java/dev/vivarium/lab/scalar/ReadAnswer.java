package dev.vivarium.lab.scalar;

import dev.vivarium.engine.text.Message;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An answer of an evaluation that a model with an adapter reads.
 *
 * @param source name of the run and of the evaluation
 * @param questionId of the wording
 * @param sample number
 * @param cluster the question it belongs to, the unit of inference
 * @param messages before the answer
 * @param text of the answer, not blank
 * @param ended whether its turn was ended, and not cut at a longest length
 * @param misaligned and coherent, or aligned and coherent; null for neither
 * @param inDomain whether it is about the trained domain; null where that is not known
 */
public record ReadAnswer(
        String source,
        String questionId,
        int sample,
        String cluster,
        List<Message> messages,
        String text,
        boolean ended,
        @Nullable Boolean misaligned,
        @Nullable Boolean inDomain) {
    public ReadAnswer {
        messages = List.copyOf(messages);
    }
}
