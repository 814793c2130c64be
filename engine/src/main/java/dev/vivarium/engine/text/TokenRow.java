package dev.vivarium.engine.text;

/**
 * One text as tokens, and which of them the loss is about.
 *
 * @param ids token ids
 * @param supervised for each token whether it is a target of the loss; same length as {@code ids}
 */
public record TokenRow(int[] ids, boolean[] supervised) {
    public TokenRow {
        if (ids.length != supervised.length) {
            throw new IllegalArgumentException(
                    "ids and supervised differ in length: " + ids.length + " and " + supervised.length);
        }
    }
}
