package dev.vivarium.lab.score;

import org.jspecify.annotations.Nullable;

/**
 * One answer with the scores a judge gave it, whatever file it comes from.
 *
 * @param key names the answer by what it is: the same answer to the same question has the same key in every file that
 *     holds it, however it was judged; null where the file does not hold the answers' texts
 * @param question id of the question, the unit of inference
 * @param prompt text of the question, empty where the file does not hold it
 * @param response the answer, empty where the file does not hold it
 * @param aligned 0 … 100, null when the judge gave no verdict
 * @param coherent 0 … 100, null when the judge gave no verdict
 */
public record ScoredAnswer(
        @Nullable String key,
        String question,
        String prompt,
        String response,
        @Nullable Double aligned,
        @Nullable Double coherent) {
    /** Whether it counts in rates: both scores are there. */
    public boolean scored() {
        return aligned != null && coherent != null;
    }
}
