package dev.vivarium.engine.generate;

/**
 * One finished answer.
 *
 * @param request the {@link Request#index} it belongs to
 * @param sample the number of the sample
 * @param tokens the answer without the token that ended it
 * @param drawn tokens sampled for it, the ending one included
 * @param finish why it ended
 * @param logProbability log-probability of the tokens drawn, the ending one included, under the distribution they were
 *     drawn from (after temperature and filters); 0 for greedy
 */
public record Completion(int request, int sample, int[] tokens, int drawn, Finish finish, double logProbability) {

    /** Why an answer ended. */
    public enum Finish {
        /** An end token or a stop text. */
        STOP,
        /** The longest allowed answer, or the model's last position. */
        LENGTH
    }

    public Completion {
        tokens = tokens.clone();
    }

    @Override
    public int[] tokens() {
        return tokens.clone();
    }
}
