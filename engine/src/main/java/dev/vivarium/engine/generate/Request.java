package dev.vivarium.engine.generate;

import dev.vivarium.engine.adapter.AdapterBank;
import dev.vivarium.engine.adapter.InterventionBank;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * One prompt and the samples wanted of it.
 *
 * @param index the caller's number for it, handed back with every completion
 * @param prompt token ids, at least one
 * @param samples numbers of the samples, each a random stream of its own; explicit, so that a run can ask for the missing
 *     ones only
 * @param adapter index in the generator's bank, or {@link AdapterBank#NONE}
 * @param intervention index in the generator's bank of interventions, or {@link InterventionBank#NONE}
 * @param seedKey names the prompt in the random numbers; give equal keys to compare models on equal draws
 */
public record Request(int index, int[] prompt, int[] samples, int adapter, int intervention, long seedKey) {
    public Request {
        prompt = prompt.clone();
        samples = samples.clone();
        if (prompt.length == 0) {
            throw new IllegalArgumentException("an empty prompt has no next token");
        }
        if (Arrays.stream(samples).distinct().count() != samples.length) {
            throw new IllegalArgumentException("a sample is asked for twice");
        }
    }

    /** Without an intervention. */
    public Request(int index, int[] prompt, int[] samples, int adapter, long seedKey) {
        this(index, prompt, samples, adapter, InterventionBank.NONE, seedKey);
    }

    /** Samples 0 … count-1 of the plain model. */
    public static Request of(int index, int[] prompt, int count, long seedKey) {
        return new Request(index, prompt, IntStream.range(0, count).toArray(), AdapterBank.NONE, seedKey);
    }

    @Override
    public int[] prompt() {
        return prompt.clone();
    }

    @Override
    public int[] samples() {
        return samples.clone();
    }

    /** The same samples under another adapter of the bank. */
    public Request withAdapter(int other) {
        return new Request(index, prompt, samples, other, intervention, seedKey);
    }

    /** The same samples under another setting of interventions. */
    public Request withIntervention(int other) {
        return new Request(index, prompt, samples, adapter, other, seedKey);
    }
}
