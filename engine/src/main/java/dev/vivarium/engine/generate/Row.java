package dev.vivarium.engine.generate;

import dev.vivarium.engine.base.CounterRandom;
import java.util.Arrays;

/** One answer in the making: its tokens so far and its own stream of random numbers. */
final class Row {
    private final Request request;
    private final int sample;
    private final int promptLength;
    private final CounterRandom random;
    private int[] tokens = new int[32];
    private int count;
    private double logProbability;

    Row(Request request, int sample, int promptLength, long seed) {
        this.request = request;
        this.sample = sample;
        this.promptLength = promptLength;
        this.random = CounterRandom.of(seed, "sample", request.seedKey(), sample);
    }

    Request request() {
        return request;
    }

    int sample() {
        return sample;
    }

    int promptLength() {
        return promptLength;
    }

    /** Tokens drawn so far. */
    int count() {
        return count;
    }

    int lastToken() {
        return tokens[count - 1];
    }

    /** Position of the last token drawn, which is the next to be fed; as many keys are cached before it. */
    int position() {
        return promptLength + count - 1;
    }

    /** The same counted from the first token behind the prompt. */
    int ownPosition() {
        return count - 1;
    }

    /** The number that decides the next token. */
    double uniform() {
        return random.uniform(count);
    }

    void add(int token, double tokenLogProbability) {
        if (count == tokens.length) {
            tokens = Arrays.copyOf(tokens, 2 * count);
        }
        tokens[count++] = token;
        logProbability += tokenLogProbability;
    }

    /** The tokens so far; longer than {@link #count}, not to be changed. */
    int[] buffer() {
        return tokens;
    }

    Completion completion(Completion.Finish finish, boolean dropLast) {
        int kept = dropLast ? count - 1 : count;
        return new Completion(request.index(), sample, Arrays.copyOf(tokens, kept), count, finish, logProbability);
    }
}
