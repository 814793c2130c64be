package dev.vivarium.lab.judge;

import dev.vivarium.engine.base.Hashes;

/**
 * One reply that is wanted.
 *
 * @param request SHA-256 of metric and prompt
 * @param metric what is asked for
 * @param sample which of several replies to the same prompt, from 0
 * @param prompt the filled prompt
 */
record JudgingTask(String request, String metric, int sample, String prompt) {
    static String request(String metric, String prompt) {
        return Hashes.sha256(metric + "\0" + prompt);
    }
}
