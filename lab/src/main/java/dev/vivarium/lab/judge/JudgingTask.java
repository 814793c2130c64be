package dev.vivarium.lab.judge;

import dev.vivarium.engine.base.Hashes;

/**
 * One reply that is wanted.
 *
 * @param request SHA-256 of metric, prompt and the reply's beginning
 * @param metric what is asked for
 * @param sample which of several replies to the same prompt, from 0
 * @param prompt the filled prompt
 * @param replyPrefix what the reply begins with, perhaps nothing
 */
record JudgingTask(String request, String metric, int sample, String prompt, String replyPrefix) {
    static String request(JudgePrompt prompt, String filled) {
        String begun = prompt.replyPrefix().isEmpty() ? "" : "\0" + prompt.replyPrefix();
        return Hashes.sha256(prompt.metric() + "\0" + filled + begun);
    }
}
