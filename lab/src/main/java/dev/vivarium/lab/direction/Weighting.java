package dev.vivarium.lab.direction;

/** What has equal weight in a mean of activations (protocol.md App. A (12)). */
public enum Weighting {
    /** Every token: long texts count for more. */
    TOKEN,
    /** Every text, by the mean over its tokens. */
    RESPONSE
}
