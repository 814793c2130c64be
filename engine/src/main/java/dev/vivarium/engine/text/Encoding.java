package dev.vivarium.engine.text;

/**
 * Tokens of a text and where each lies in it.
 *
 * @param ids token ids
 * @param starts index of the first {@code char} (UTF-16) of each token
 * @param ends index after the last {@code char} of each token; several tokens that share one character, such as the
 *     bytes of an emoji, all have the span of that character, and a token of white space alone may have an empty span
 */
public record Encoding(int[] ids, int[] starts, int[] ends) {}
