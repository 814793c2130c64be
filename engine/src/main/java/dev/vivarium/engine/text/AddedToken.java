package dev.vivarium.engine.text;

/**
 * A token that is matched as a whole before the text is split.
 *
 * @param id its id
 * @param content its spelling, for example {@code "<|im_end|>"}
 * @param special whether decoding may leave it out
 */
public record AddedToken(int id, String content, boolean special) {}
