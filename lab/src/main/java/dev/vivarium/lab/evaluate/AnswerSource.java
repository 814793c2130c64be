package dev.vivarium.lab.evaluate;

import java.io.IOException;
import java.util.List;

/** Where answers come from: a model, a server, a file. */
@FunctionalInterface
public interface AnswerSource {
    /**
     * Samples an answer for each task and hands each to {@code sink} as soon as it is complete, in any order.
     *
     * <p>The answer to a task must depend on the task alone, not on which others are missing; then a resumed
     * evaluation ends with the same answers as an undisturbed one.
     */
    void sample(List<AnswerTask> missing, Sink sink) throws IOException;

    /** Takes finished answers; called from the thread that called {@link #sample}. */
    @FunctionalInterface
    interface Sink {
        void accept(Answer answer) throws IOException;
    }
}
