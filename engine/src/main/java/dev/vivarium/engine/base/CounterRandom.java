package dev.vivarium.engine.base;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * Randomness that is counted, not drawn: (root seed, purpose, indices, counter) gives a number.
 *
 * <p>No state moves, so a value depends neither on what was asked before nor on the batch or thread that asks. A
 * stream's key is SHA-256 over seed, purpose and indices; the numbers are the key passed with the counter through two
 * rounds of the 64-bit finaliser of SplitMix64 (Steele, Lea, Flood 2014, "Fast splittable pseudorandom number
 * generators").
 */
public final class CounterRandom {
    private static final double DOUBLE_UNIT = 0x1.0p-53;

    private final long key;

    private CounterRandom(long key) {
        this.key = key;
    }

    /** The stream for a purpose below a root seed, for example {@code of(seed, "sample", question, sample)}. */
    public static CounterRandom of(long rootSeed, String purpose, long... indices) {
        return new CounterRandom(derive(rootSeed, purpose, indices));
    }

    /** A stream below this one. */
    public CounterRandom child(String purpose, long... indices) {
        return new CounterRandom(derive(key, purpose, indices));
    }

    /** 64 bits for a counter. */
    public long bits(long counter) {
        return mix(mix(counter * 0x9e3779b97f4a7c15L + key) ^ key);
    }

    /** A double in [0, 1) for a counter, 53 random bits. */
    public double uniform(long counter) {
        return (bits(counter) >>> 11) * DOUBLE_UNIT;
    }

    /** A standard normal number for a counter (Box-Muller on counters 2c and 2c + 1). */
    public double gaussian(long counter) {
        double radius = Math.sqrt(-2.0 * Math.log1p(-uniform(2 * counter)));
        return radius * Math.cos(2.0 * Math.PI * uniform(2 * counter + 1));
    }

    /** A whole number in [0, bound) for a counter; the bias is below bound / 2^53. */
    public int below(int bound, long counter) {
        if (bound <= 0) {
            throw new IllegalArgumentException("bound must be positive: " + bound);
        }
        return (int) (uniform(counter) * bound);
    }

    /** A sequential generator that starts from this stream, for code that wants {@link RandomGenerator}. */
    public RandomGenerator generator() {
        return new SplittableRandom(key);
    }

    /** A permutation of 0 … n-1 (Fisher-Yates over counters). */
    public int[] permutation(int n) {
        int[] order = new int[n];
        Arrays.setAll(order, i -> i);
        for (int i = n - 1; i > 0; i--) {
            int j = below(i + 1, i);
            int swap = order[i];
            order[i] = order[j];
            order[j] = swap;
        }
        return order;
    }

    private static long derive(long seed, String purpose, long... indices) {
        byte[] name = purpose.getBytes(StandardCharsets.UTF_8);
        ByteBuffer buffer = ByteBuffer.allocate(16 + name.length + 8 * indices.length);
        buffer.putLong(seed).putLong(name.length).put(name);
        for (long index : indices) {
            buffer.putLong(index);
        }
        MessageDigest digest = Hashes.newDigest();
        return ByteBuffer.wrap(digest.digest(buffer.array())).getLong();
    }

    private static long mix(long z) {
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }
}
