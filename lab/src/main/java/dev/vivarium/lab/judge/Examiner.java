package dev.vivarium.lab.judge;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Gets replies to judging tasks, from wherever. */
interface Examiner {
    /** Takes what comes of tasks; called by the thread that called {@link #examine}, in any order. */
    interface Sink {
        /** A task has its reply. Once this returns, a kill does not lose it. */
        void replied(JudgeReply reply) throws IOException;

        /** A task has no reply, and asking again now would not help. */
        void failed(JudgingTask task, String reason);

        /** Some time has passed; {@code detail} says what goes on besides. The only call that may leave the work. */
        void pulse(String detail);
    }

    /**
     * What was sent.
     *
     * @param requests requests sent, failed ones included
     * @param again how many of them were tries after the first
     * @param cost what the replies cost; null where no price is known
     * @param stopped why the rest was not asked, a sentence; null if everything was
     */
    record Sent(
            long requests,
            long again,
            @Nullable Double cost,
            @Nullable String stopped) {}

    /** Works on all tasks. */
    Sent examine(List<JudgingTask> tasks, Sink sink) throws IOException;
}
